// One live socket: a snapshot with its seq, then deltas; a gap asks for a new snapshot; it reconnects with jitter.

export type LinkState =
  | { at: 'connecting' }
  | { at: 'live' }
  | { at: 'waiting'; retryAtMs: number; attempt: number }
  | { at: 'closed'; reason: 'stopped' | 'signed_out' }

/** What one message from the server means for the order of things. */
export type Frame =
  | { kind: 'snapshot'; seq: number; utc: number; body: unknown }
  | { kind: 'delta'; seq: number; utc: number; body: unknown }
  | { kind: 'heartbeat'; seq: number | undefined; utc: number }
  | { kind: 'unknown' }

export type LinkEvents = {
  /** Sorts one parsed message. It must not throw. */
  read(message: unknown): Frame
  onSnapshot(body: unknown, utc: number): void
  onDelta(body: unknown, utc: number): void
  onState(state: LinkState): void
  /** The difference server clock − browser clock, in ms. */
  onSkew(ms: number): void
}

/** How a server is asked for a new snapshot: by a word, or by a new connection. */
export type GapAnswer = 'ask' | 'reconnect'

export type LinkWorld = {
  open(url: string): WebSocket
  now(): number
  random(): number
  setTimer(run: () => void, ms: number): unknown
  clearTimer(timer: unknown): void
}

const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 15_000
/** The server sends a heartbeat every 15 s; two and a half missed ones mean that the line is dead. */
const SILENCE_MS_MAX = 38_000
const CLOSE_SIGNED_OUT = 4401
/** The word with which a page asks the server for a new snapshot. */
const SNAPSHOT_WORD = 'snapshot'

export const browserWorld: LinkWorld = {
  open: (url) => new WebSocket(url),
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** Full jitter over an exponentially growing window (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
export function retryDelayMs(attempt: number, random: number): number {
  const window = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attempt, 10))
  return Math.round(RETRY_MS_MIN + random * (window - RETRY_MS_MIN))
}

export class LiveLink {
  #url: string
  #gap: GapAnswer
  #events: LinkEvents
  #world: LinkWorld
  #socket: WebSocket | undefined
  #seq: number | undefined
  #attempt = 0
  #retry: unknown
  #watch: unknown
  #stopped = true

  constructor(url: string, gap: GapAnswer, events: LinkEvents, world: LinkWorld = browserWorld) {
    this.#url = url
    this.#gap = gap
    this.#events = events
    this.#world = world
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#attempt = 0
    this.#connect()
  }

  stop(reason: 'stopped' | 'signed_out' = 'stopped'): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#drop()
    this.#events.onState({ at: 'closed', reason })
  }

  /** Try now instead of waiting for the next turn. */
  retryNow(): void {
    if (this.#stopped || this.#socket) return
    this.#world.clearTimer(this.#retry)
    this.#connect()
  }

  #connect(): void {
    this.#seq = undefined
    this.#events.onState({ at: 'connecting' })
    const socket = this.#world.open(this.#url)
    this.#socket = socket
    this.#listen()
    socket.onmessage = (event) => this.#received(socket, event.data)
    socket.onclose = (event) => {
      if (this.#socket !== socket) return
      if (event.code === CLOSE_SIGNED_OUT) this.stop('signed_out')
      else this.#later()
    }
  }

  #received(socket: WebSocket, data: unknown): void {
    if (this.#socket !== socket || typeof data !== 'string') return
    this.#listen()
    const frame = this.#events.read(parsed(data))
    if (frame.kind === 'unknown') return
    this.#events.onSkew(frame.utc - this.#world.now())
    if (frame.kind === 'snapshot') {
      this.#seq = frame.seq
      this.#attempt = 0
      this.#events.onSnapshot(frame.body, frame.utc)
      this.#events.onState({ at: 'live' })
      return
    }
    if (this.#seq === undefined) return
    if (frame.kind === 'heartbeat') {
      if (frame.seq !== undefined && frame.seq > this.#seq) this.#resnapshot()
      return
    }
    if (frame.seq <= this.#seq) return
    if (frame.seq !== this.#seq + 1) {
      this.#resnapshot()
      return
    }
    this.#seq = frame.seq
    this.#events.onDelta(frame.body, frame.utc)
  }

  /** A gap: what is shown may be wrong. Deltas are passed over until the new snapshot is there. */
  #resnapshot(): void {
    this.#seq = undefined
    if (this.#gap === 'ask') {
      this.#socket?.send(SNAPSHOT_WORD)
      return
    }
    this.#drop()
    this.#connect()
  }

  #listen(): void {
    this.#world.clearTimer(this.#watch)
    this.#watch = this.#world.setTimer(() => this.#later(), SILENCE_MS_MAX)
  }

  #later(): void {
    this.#drop()
    if (this.#stopped) return
    const wait = retryDelayMs(this.#attempt, this.#world.random())
    this.#attempt += 1
    const retryAtMs = this.#world.now() + wait
    this.#events.onState({ at: 'waiting', retryAtMs, attempt: this.#attempt })
    this.#retry = this.#world.setTimer(() => this.#connect(), wait)
  }

  #drop(): void {
    this.#world.clearTimer(this.#retry)
    this.#world.clearTimer(this.#watch)
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
