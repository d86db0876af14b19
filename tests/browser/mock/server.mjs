// A stand-in for the servers: serves a built application over loopback and answers its API from a table, for
// states that a real server cannot be brought into on demand (empty, slow, failing).

import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { WebSocketServer } from 'ws'

const MIME = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** The policy of the real servers: what it forbids must not be needed. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** `answers`: "GET /api/v1/x" → value | { status, body } | function(url, body) | never (a promise without end). */
export async function serve({ dist, answers, live, nonce = false }) {
  const server = createServer((request, response) => {
    void handle(request, response, { dist, answers, nonce })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!live) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (page) => live(page))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      for (const page of sockets.clients) page.terminate()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function handle(request, response, { dist, answers, nonce }) {
  const url = new URL(request.url, 'http://127.0.0.1')
  if (!url.pathname.startsWith('/api/')) return file(response, dist, url.pathname, nonce)
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
  const found = lookUp(answers, `${request.method} ${url.pathname}`)
  const answer = await (typeof found === 'function' ? found(url, body, request) : found)
  if (answer instanceof Buffer) return bytes(request, response, answer)
  if (answer === undefined) return json(response, 404, { code: 'not_found', trace_id: 'mock' })
  if (answer?.status) return json(response, answer.status, answer.body, answer.headers)
  return json(response, 200, answer)
}

function lookUp(answers, key) {
  if (key in answers) return answers[key]
  const pattern = Object.keys(answers).find(
    (one) => one.includes('*') && new RegExp(`^${one.replaceAll('*', '[^/]+')}$`).test(key),
  )
  return pattern === undefined ? undefined : answers[pattern]
}

function json(response, status, body, headers = {}) {
  const kind = status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(status, { 'content-type': kind, ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
}

function bytes(request, response, all) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const from = range ? Number(range[1]) : 0
  const to = range?.[2] ? Number(range[2]) : all.length - 1
  response.writeHead(range ? 206 : 200, {
    'content-type': 'audio/wav',
    'accept-ranges': 'bytes',
    'content-length': to - from + 1,
    ...(range ? { 'content-range': `bytes ${from}-${to}/${all.length}` } : {}),
  })
  response.end(all.subarray(from, to + 1))
}

function file(response, dist, path, nonce) {
  const wanted = join(dist, path)
  const found = extname(path) !== '' && statSync(wanted, { throwIfNoEntry: false })?.isFile()
  const name = found ? wanted : join(dist, 'index.html')
  const word = nonce ? randomBytes(12).toString('base64url') : ''
  const styles = `style-src-elem 'self' 'nonce-${word}'; style-src-attr 'unsafe-inline'; img-src`
  response.writeHead(200, {
    'content-type': MIME[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': nonce ? POLICY.replace('img-src', styles) : POLICY,
  })
  const bytes = readFileSync(name)
  const isPage = extname(name) === '.html' && nonce
  response.end(isPage ? bytes.toString().replaceAll('__CSP_NONCE__', word) : bytes)
}
