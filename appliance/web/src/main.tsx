// The branch's pages start here.
import { startLanguages } from '@zhunkehu/kit'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import './desk.css'

startLanguages()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
