// What the built pages promise: small, whole, Chinese, nothing inline, and in step with the servers' documents.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { filesOf } from './vite.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const KB = 1024
const APPS = [
  { name: 'branch', dist: 'appliance/web/dist', first: 420 * KB, binary: 'zhunkehu-gateway' },
  { name: 'hq', dist: 'cloud/web/dist', first: 560 * KB, binary: 'zhunkehu-cloud' },
]
const LAZY = 220 * KB
const PLAIN = ['.js', '.css', '.html', '.svg']

for (const { name, dist, first, binary } of APPS) {
  const at = (path) => join(ROOT, dist, path)
  const html = () => readFileSync(at('index.html'), 'utf8')
  const firstFiles = () =>
    [...html().matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((one) => one[1])
  const zipped = (path) => readFileSync(at(`${path}.gz`)).length
  const scripts = () => filesOf(at('assets')).filter((path) => extname(path) === '.js')

  describe(`the built pages of ${name}`, () => {
    it('load first within their budget, and each lazy part within its own', () => {
      const sum = firstFiles().reduce((sum, path) => sum + zipped(path), zipped('index.html'))
      assert.ok(firstFiles().length >= 2, 'a script and a style sheet')
      assert.ok(sum <= first, `${sum} bytes zipped of ${first}`)
      const early = new Set(firstFiles().map((path) => basename(path)))
      for (const path of scripts().filter((one) => !early.has(basename(one)))) {
        const size = readFileSync(`${path}.gz`).length
        assert.ok(size <= LAZY, `${basename(path)}: ${size}`)
      }
    })

    it('lie beside their compressed copies, which hold the same', () => {
      const plain = filesOf(at('')).filter((path) => PLAIN.includes(extname(path)))
      assert.ok(plain.length >= 4)
      for (const path of plain) {
        const bytes = readFileSync(path)
        assert.deepEqual(gunzipSync(readFileSync(`${path}.gz`)), bytes)
        assert.deepEqual(brotliDecompressSync(readFileSync(`${path}.br`)), bytes)
      }
    })

    it('speak Chinese and English', () => {
      const text = scripts()
        .map((path) => readFileSync(path, 'utf8'))
        .join('\n')
      for (const word of ['未授权', '登录已过期，请重新登录。', 'Please wait'])
        assert.ok(text.includes(word), word)
    })

    it('run no script that stands in the page, and ask no other host', () => {
      assert.doesNotMatch(html(), /<script(?![^>]*\bsrc=)/)
      assert.doesNotMatch(html(), /https?:\/\//)
      assert.doesNotMatch(html(), /\son[a-z]+=/)
    })
  })

  describe(`the types of ${name}`, () => {
    it('are those of the document that the server prints', (t) => {
      const built = ['debug', 'release'].map((profile) => join(ROOT, 'target', profile, binary))
      const program = built.find((path) => existsSync(path))
      if (!program) return t.skip(`${binary} is not built`)
      const printed = spawnSync(program, ['openapi'], { encoding: 'utf8', timeout: 20_000 })
      assert.equal(printed.status, 0, printed.stderr)
      const kept = readFileSync(
        join(ROOT, `protocol/web/api/generated/${name}.openapi.json`),
        'utf8',
      )
      assert.deepEqual(JSON.parse(printed.stdout), JSON.parse(kept), 'run deploy/dev/bless.sh')
    })
  })
}

describe('the generated types', () => {
  it('are fresh', () => {
    const made = spawnSync('node', ['generate.mjs', '--check'], {
      cwd: join(ROOT, 'protocol/web/codegen'),
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.equal(made.status, 0, made.stderr)
  })
})
