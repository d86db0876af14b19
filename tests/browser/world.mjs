// The real product on loopback for the browser: headquarters, one branch, a carrier, phones that answer.
// Everything lives in one temporary folder and on free ports, and is taken down by process id.
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as looks } from 'node:timers/promises'
import { ROOT } from './browser.mjs'

const BINARIES = ['zhunkehu-gateway', 'zhunkehu-cloud', 'zhunkehu-simulator']
const BIN = process.env.ZK_BIN ?? join(ROOT, 'target/debug')
const START_MS_MAX = 60_000
const LOOK_EVERY_MS = 100
const END_MS_MAX = 15_000
export const PASSWORD = 'browser-test-7'
export const CUSTOMERS = 80
const RELAY_PAIRS = 40

/** The numbers in clear: what no agent may ever find in a page. */
export const numberOf = (at) => `139${String(10_000_000 + at * 4_321).padStart(8, '0')}`

export function missingBinaries() {
  return BINARIES.filter((name) => !existsSync(join(BIN, name)))
}

export async function startWorld() {
  const world = new World(await freePorts())
  try {
    await world.start()
    return world
  } catch (error) {
    await world.stop()
    throw error
  }
}

class World {
  constructor(ports) {
    this.ports = ports
    this.folder = mkdtempSync(join(tmpdir(), 'zk-world-'))
    this.processes = []
    this.branchUrl = `https://127.0.0.1:${ports.web}`
    this.hqUrl = `https://127.0.0.1:${ports.hq}`
  }

  at(name) {
    return join(this.folder, name)
  }

  async start() {
    this.configure()
    this.cloud = this.run('zhunkehu-cloud', ['run', '--config', this.at('cloud.toml')])
    await this.healthy(this.cloud, this.ports.hq)
    this.order('zhunkehu-cloud', [
      'user',
      'create',
      'analyst',
      '--role',
      'hq_analyst',
      '--password-stdin',
      '--config',
      this.at('cloud.toml'),
    ])
    const identity = [
      'enroll',
      '--dev',
      '--hq-dir',
      this.at('pki'),
      '--hq-keys',
      this.at('hq-keys'),
      '--box-id',
      'sz-01',
      '--dir',
      this.at('certificates'),
    ]
    this.gatewayOrder(identity)
    this.startGateway()
    await this.healthy(this.gateway, this.ports.web)
    this.gatewayOrder(['apply', this.at('branch.toml')])
    this.gatewayOrder(['import', this.at('customers.csv')])
    this.makeUsers()
    this.run('zhunkehu-simulator', ['carrier', '--config', this.at('carrier.toml')])
    this.run('zhunkehu-simulator', ['phones', '--config', this.at('phones.toml')])
  }

  makeUsers() {
    const make = (user, role, extension) => {
      const words = ['user', 'create', user, '--role', role, '--extension', extension]
      this.gatewayOrder([...words, '--password-stdin'])
    }
    this.gatewayOrder(['user', 'reset-password', 'admin', '--password-stdin'])
    make('agent', 'agent', '1000')
    make('leader', 'supervisor', '1001')
    make('idle', 'agent', '1009')
  }

  startGateway() {
    this.gateway = this.run('zhunkehu-gateway', ['--config', this.at('gateway.toml'), 'run'])
  }

  configure() {
    const { ports } = this
    const write = (name, lines) => writeFileSync(this.at(name), `${lines.join('\n')}\n`)
    write('cloud.toml', [
      `data_dir = "${this.at('hq')}"`,
      `[http]\nlisten = "127.0.0.1:${ports.hq}"`,
      `[mqtt]\nlisten = "127.0.0.1:${ports.mqtt}"`,
      `[tls]\ndir = "${this.at('pki')}"`,
      '[field_policy]\nname = "masked"\nnumber = "never"',
    ])
    write('gateway.toml', [
      `data_dir = "${this.at('branch')}"\nkeys_dir = "${this.at('keys')}"\nbox_id = "sz-01"`,
      `[sip]\nlisten = "127.0.0.1:${ports.sip}"\ntrunk_options_every_s = 2`,
      `[media]\nport_first = ${ports.rtp}\nport_count = ${RELAY_PAIRS}`,
      `[web]\nlisten = "127.0.0.1:${ports.web}"`,
      `[link]\nbroker = "localhost:${ports.mqtt}"\ncertificates = "${this.at('certificates')}"\nmetrics_every_s = 2`,
    ])
    write('branch.toml', [
      '[policy]\nprofile = "demo"',
      '[[phone]]\nrange = "1000-1002"\npassword = "pw{user}"',
      '[[phone]]\nuser = "1009"\npassword = "pw1009"\nname = "空座位"',
      `[[trunk]]\nname = "carrier"\naddress = "127.0.0.1:${ports.carrier}"\naccept_from = ["127.0.0.1:${ports.carrier}"]\nconcurrent_max = 10\ncps_max = 10`,
      '[[rule]]\nprefix = "10"\nto = "phone"',
      '[[rule]]\nprefix = ""\nto = "trunk:carrier"\nrecord = true',
    ])
    write('carrier.toml', [
      `listen = "127.0.0.1:${ports.carrier}"\ngateway = "127.0.0.1:${ports.sip}"\nlog = "${this.at('carrier.log')}"`,
      '[outcomes]\nanswer = 1\nno_answer = 0\nbusy = 0\nvacant = 0\nfast_failure = 0',
      '[times]\nring_ms = [1500, 1500]\ntalk_ms = [120000, 120000]',
    ])
    write('phones.toml', [
      `gateway = "127.0.0.1:${ports.sip}"\nfirst = 1000\ncount = 2\npassword = "pw{user}"`,
      `log = "${this.at('phones.log')}"\nanswer_after_ms = 700`,
    ])
    const rows = Array.from(
      { length: CUSTOMERS },
      (_, at) => `客户${at + 1}号,${numberOf(at + 1)},lead`,
    )
    write('customers.csv', ['name,number,stage', ...rows])
  }

  run(name, args) {
    const out = openSync(this.at(`${name}-${this.processes.length}.out`), 'a')
    const child = spawn(join(BIN, name), args, { stdio: ['ignore', out, out], cwd: this.folder })
    child.label = name
    this.processes.push(child)
    return child
  }

  gatewayOrder(args) {
    return this.order('zhunkehu-gateway', ['--config', this.at('gateway.toml'), ...args])
  }

  /** One order on the command line; a refused one fails with its words. */
  order(name, args) {
    const done = spawnSync(join(BIN, name), args, {
      input: `${PASSWORD}\n`,
      encoding: 'utf8',
      timeout: 30_000,
    })
    if (done.status === 0) return done.stdout
    throw new Error(`${name} ${args.join(' ')}: ${done.stdout}${done.stderr}`)
  }

  async healthy(child, port) {
    const signal = AbortSignal.timeout(START_MS_MAX)
    try {
      for await (const _ of looks(LOOK_EVERY_MS, undefined, { signal })) {
        if (child.exitCode !== null) break
        if (await answers(port)) return
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    throw new Error(`${child.label} does not answer: ${this.said(child).slice(-3_000)}`)
  }

  said(child) {
    const at = this.processes.indexOf(child)
    return readFileSync(this.at(`${child.label}-${at}.out`), 'utf8')
  }

  /** Lines at ERROR are bugs. */
  errors() {
    return this.processes
      .flatMap((child) => this.said(child).split('\n'))
      .filter((line) => line.includes('"level":"ERROR"') || line.includes('panicked'))
  }

  async end(child) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    const patience = AbortSignal.timeout(END_MS_MAX)
    patience.addEventListener('abort', () => child.kill('SIGKILL'))
    await gone
  }

  async stop() {
    for (const child of [...this.processes].reverse()) await this.end(child)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Loopback only: the certificate is of an authority that was made a moment ago. */
function answers(port) {
  return new Promise((done) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/healthz',
      rejectUnauthorized: false,
      timeout: 2_000,
    }
    const asked = request(options, (response) => {
      response.resume()
      done(response.statusCode === 200)
    })
    asked.on('error', () => done(false))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

async function freePorts() {
  const [web, hq, mqtt] = [await tcpPort(), await tcpPort(), await tcpPort()]
  const [sip, carrier] = [await udpPort(), await udpPort()]
  return { web, hq, mqtt, sip, carrier, rtp: await udpRow(2 * RELAY_PAIRS) }
}

// An even port from which `size` ports are free.
async function udpRow(size) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + 2 * Math.floor(Math.random() * 5_500)
    const row = Array.from({ length: size }, (_, at) => first + at)
    const free = await Promise.all(row.map((port) => udpPort(port).then(Boolean, () => false)))
    if (free.every(Boolean)) return first
  }
  throw new Error(`no ${size} free UDP ports in a row`)
}

function tcpPort() {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

function udpPort(wanted = 0) {
  return new Promise((done, fail) => {
    const socket = createSocket('udp4')
    socket.once('error', fail)
    socket.bind(wanted, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => done(port))
    })
  })
}
