// Makes the types of both APIs from the OpenAPI documents that are kept beside them.
//   node generate.mjs          takes the documents anew from the built servers, where there are any, and writes the types
//   node generate.mjs --check  writes nothing; ends with 1 if the types are not those of the documents
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypescript, { astToString } from 'openapi-typescript'

const APIS = { branch: 'zhunkehu-gateway', hq: 'zhunkehu-cloud' }
const FOLDER = new URL('../api/generated/', import.meta.url)
const BUILT = new URL('../../../target/debug/', import.meta.url)
const HEAD =
  '// Made from the OpenAPI document beside it by `npm run generate:types`. Not written by hand.\n'

async function typesOf(api) {
  const document = JSON.parse(readFileSync(new URL(`${api}.openapi.json`, FOLDER), 'utf8'))
  return HEAD + astToString(await openapiTypescript(document, { alphabetize: true }))
}

/** The document as the built server prints it now. */
function takeAnew(api, binary) {
  const program = new URL(binary, BUILT)
  if (!existsSync(program)) return
  const printed = spawnSync(fileURLToPath(program), ['openapi'], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  if (printed.status !== 0) throw new Error(`${binary} openapi: ${printed.stderr}`)
  const text = `${JSON.stringify(JSON.parse(printed.stdout), null, 2)}\n`
  writeFileSync(new URL(`${api}.openapi.json`, FOLDER), text)
}

const check = process.argv.includes('--check')
let stale = 0
for (const [api, binary] of Object.entries(APIS)) {
  if (!check) takeAnew(api, binary)
  const file = new URL(`${api}.d.ts`, FOLDER)
  const made = await typesOf(api)
  if (!check) {
    writeFileSync(file, made)
    console.log(`written: ${fileURLToPath(file)}`)
    continue
  }
  if (readFileSync(file, 'utf8') !== made) {
    stale += 1
    console.error(`${api}.d.ts is not what ${api}.openapi.json says: npm run generate:types`)
  } else {
    console.log(`${api}.d.ts is fresh`)
  }
}
process.exitCode = stale === 0 ? 0 : 1
