// The pages of headquarters start here.
import { startLanguages } from '@zhunkehu/kit'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import './hq.css'

startLanguages()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
