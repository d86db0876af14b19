// The one way in which both applications are built: a folder of hashed files, each beside its .br and .gz form.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'

const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt', '.webmanifest'])

/** Two parts of the widgets write style elements without a nonce; ours do without. */
const OWN_PARTS = {
  '@rc-component/util/es/getScrollBarSize.js': './scrollbar.mjs',
  '@rc-component/portal/es/useScrollLocker.js': './scrollLock.mjs',
}

function ownParts() {
  return {
    name: 'own-parts',
    enforce: 'pre',
    load(id) {
      const own = Object.entries(OWN_PARTS).find(([theirs]) => id.split('?')[0].endsWith(theirs))
      return own ? readFileSync(new URL(own[1], import.meta.url), 'utf8') : null
    },
  }
}

/** Writes `x.br` and `x.gz` for every text file of the output folder. */
function precompress() {
  let outDir = 'dist'
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir)
    },
    closeBundle() {
      for (const path of filesOf(outDir)) {
        if (!COMPRESSIBLE.has(extname(path))) continue
        const bytes = readFileSync(path)
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        }
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
      }
    },
  }
}

export function filesOf(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesOf(path) : [path]
  })
}

/** `server`: where the API of the development server stands, e.g. `https://127.0.0.1:8443`. */
export function application({ server }) {
  return {
    plugins: [react(), ownParts(), precompress()],
    build: {
      target: 'es2022',
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1500,
    },
    server: { proxy: { '/api': { target: server, secure: false, ws: true } } },
  }
}
