// The branch's pages start here.
import { startLanguages } from '@zhunkehu/kit'
import { createRoot } from 'react-dom/client'
import { App } from './App'

startLanguages()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
