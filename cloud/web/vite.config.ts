import { application } from '@zhunkehu/build'
import { defineConfig } from 'vite'

export default defineConfig(application({ server: 'https://127.0.0.1:9443' }))
