// Runs the browser tests one file after the other, says each test's name, and ends with the counts.
import { run } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SHOTS } from './browser.mjs'

const ALL = ['states.test.mjs', 'product.test.mjs', 'softphone.test.mjs']
const FILE_MS_MAX = 600_000
const asked = process.argv.slice(2)
const files = (asked.length > 0 ? asked : ALL).map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
)
process.env.ZK_SHOTS = SHOTS

let [passed, failed, skipped] = [0, 0, 0]
const stream = run({ files, concurrency: 1, timeout: FILE_MS_MAX })
stream.on('test:pass', ({ name, skip, details, file, nesting }) => {
  if (isGroup({ details, file, nesting, name })) return
  if (skip === undefined) passed += 1
  else skipped += 1
  const why = typeof skip === 'string' ? ` (${skip})` : ''
  console.log(`${skip === undefined ? 'ok' : 'skipped'} - ${name}${why}`)
})
stream.on('test:fail', ({ name, details, file, nesting }) => {
  const { error } = details
  if (isGroup({ details, file, nesting, name }) && error?.failureType === 'subtestsFailed') return
  failed += 1
  console.log(`not ok - ${name}\n${error?.cause?.stack ?? error?.message ?? error}`)
})
stream.on('test:stderr', ({ message }) => process.stderr.write(message))
stream.on('end', () => {
  console.log(`screenshots: ${SHOTS}`)
  if (skipped > 0) console.log(`  ${skipped} skipped`)
  if (failed > 0) console.log(`  ${failed} failed`)
  console.log(`  ${passed} passed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
})
stream.resume()

/** A suite, or the file itself: what it holds is counted, not it. */
function isGroup({ details, name, file }) {
  return details?.type === 'suite' || name === file || name.endsWith('.test.mjs')
}
