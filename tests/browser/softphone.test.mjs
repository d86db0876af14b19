// A browser's phone library, JsSIP, against the real gateway: it registers over a secure WebSocket like any phone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import JsSIP from 'jssip'
import WebSocket from 'ws'
import { startWorld } from './world.mjs'

const ANSWER_MS_MAX = 20_000
let world

before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

/** JsSIP's own interface of a socket, over a WebSocket that trusts the appliance's own authority. */
class Socket {
  constructor(url, protocols = 'sip') {
    Object.assign(this, {
      url,
      protocols,
      via_transport: 'WSS',
      sip_uri: 'sip:softphone;transport=ws',
    })
  }

  connect() {
    this.socket = new WebSocket(this.url, this.protocols, { rejectUnauthorized: false })
    this.socket.on('open', () => this.onconnect())
    this.socket.on('message', (data) => this.ondata(data.toString()))
    this.socket.on('error', () => {})
    this.socket.on('close', (code) => this.ondisconnect(code !== 1000, code))
  }

  disconnect() {
    this.socket?.close(1000)
  }

  send(message) {
    this.socket.send(message)
    return true
  }

  isConnected() {
    return this.socket?.readyState === WebSocket.OPEN
  }

  isConnecting() {
    return this.socket?.readyState === WebSocket.CONNECTING
  }
}

function phone(user, password) {
  return new JsSIP.UA({
    sockets: [new Socket(`${world.branchUrl.replace('https', 'wss')}/sip`)],
    uri: `sip:${user}@127.0.0.1`,
    password,
    register: true,
    register_expires: 120,
  })
}

/** The first of these events, and what it says. */
function first(ua, ...names) {
  return new Promise((done, fail) => {
    const patience = AbortSignal.timeout(ANSWER_MS_MAX)
    patience.addEventListener('abort', () => fail(new Error(`none of ${names}`)))
    for (const name of names) ua.once(name, (said) => done({ name, said }))
  })
}

test('JsSIP registers over a secure WebSocket and takes it back', async () => {
  const ua = phone('1002', 'pw1002')
  const registered = first(ua, 'registered', 'registrationFailed')
  ua.start()
  assert.equal((await registered).name, 'registered')
  const gone = first(ua, 'unregistered')
  ua.unregister()
  assert.equal((await gone).name, 'unregistered')
  ua.stop()
})

test('a wrong password is refused', async () => {
  const ua = phone('1002', 'pw1001')
  const answered = first(ua, 'registered', 'registrationFailed')
  ua.start()
  const { name, said } = await answered
  assert.equal(name, 'registrationFailed')
  assert.equal(said.response?.status_code, 401)
  ua.stop()
})

test('the phone of a browser asks whether the gateway is there', async () => {
  const ua = phone('1002', 'pw1002')
  const registered = first(ua, 'registered', 'registrationFailed')
  ua.start()
  assert.equal((await registered).name, 'registered')
  const options = new Promise((done) => {
    ua.sendOptions('sip:127.0.0.1', '', {
      eventHandlers: { succeeded: ({ response }) => done(response.status_code) },
    })
  })
  assert.equal(await options, 200)
  ua.stop()
})

test('a page of another site and a socket without the protocol are sent away', async () => {
  const url = `${world.branchUrl.replace('https', 'wss')}/sip`
  const refused = (protocols, headers) =>
    new Promise((done) => {
      const socket = new WebSocket(url, protocols, { rejectUnauthorized: false, headers })
      socket.on('unexpected-response', (_, response) => done(response.statusCode))
      socket.on('open', () => done(101))
      socket.on('error', () => {})
    })
  assert.equal(await refused('sip', { origin: 'https://elsewhere.example' }), 403)
  assert.equal(await refused([], {}), 400)
  assert.equal(await refused('sip', { origin: world.branchUrl }), 101)
})
