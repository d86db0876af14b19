// All unit and component tests of the web folders in one run.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  plugins: [react()],
  test: {
    environment: 'happy-dom',
    include: ['{protocol,appliance,cloud}/web/**/*.test.{ts,tsx}'],
    setupFiles: [fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))],
    testTimeout: 10_000,
    hookTimeout: 15_000,
    teardownTimeout: 5_000,
    maxWorkers: 2,
  },
})
