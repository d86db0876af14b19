// Makes the types of both APIs from the OpenAPI documents that are kept beside them.
//   node generate.mjs          writes the types
//   node generate.mjs --check  writes nothing; ends with 1 if the types are not those of the documents
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypescript, { astToString } from 'openapi-typescript'

const APIS = ['branch', 'hq']
const FOLDER = new URL('../api/generated/', import.meta.url)
const HEAD =
  '// Made from the OpenAPI document beside it by `npm run generate:types`. Not written by hand.\n'

async function typesOf(api) {
  const document = JSON.parse(readFileSync(new URL(`${api}.openapi.json`, FOLDER), 'utf8'))
  return HEAD + astToString(await openapiTypescript(document, { alphabetize: true }))
}

const check = process.argv.includes('--check')
let stale = 0
for (const api of APIS) {
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
