// The live line of an application: the envelope that both servers use, and what the log-in has to do with it.
import { type Frame, type GapAnswer, LiveLink, noteLine, noteSkew } from '@zhunkehu/live'
import { setSession } from './session'

type Envelope = { type?: unknown; seq?: unknown; server_time?: unknown; utc?: unknown }

/** `snapshot`, `delta`, `heartbeat`: each with `seq` and the server's time; the body is the message itself. */
export function readFrame(message: unknown): Frame {
  if (typeof message !== 'object' || message === null) return { kind: 'unknown' }
  const { type, seq, server_time, utc = server_time } = message as Envelope
  if (typeof seq !== 'number' || typeof utc !== 'number') return { kind: 'unknown' }
  if (type === 'heartbeat') return { kind: 'heartbeat', seq, utc }
  if (type === 'snapshot' || type === 'delta') return { kind: type, seq, utc, body: message }
  return { kind: 'unknown' }
}

type LineOf<Snapshot, Delta> = {
  path: string
  gap: GapAnswer
  onSnapshot(message: Snapshot): void
  onDelta(message: Delta): void
  /** Asked when the line cannot be had: a browser does not say why a socket was refused. */
  checkSession(): Promise<unknown>
}

const CHECKED_AT_ATTEMPT = 2

export function liveLine<Snapshot, Delta>(of: LineOf<Snapshot, Delta>): LiveLink {
  const { protocol, host } = globalThis.location
  const url = `${protocol === 'http:' ? 'ws' : 'wss'}://${host}${of.path}`
  return new LiveLink(url, of.gap, {
    read: readFrame,
    onSnapshot: (body) => of.onSnapshot(body as Snapshot),
    onDelta: (body) => of.onDelta(body as Delta),
    onSkew: noteSkew,
    onState: (state) => {
      noteLine(state)
      if (state.at === 'closed' && state.reason === 'signed_out') {
        setSession({ at: 'signed_out', why: 'expired' })
      }
      if (state.at === 'waiting' && state.attempt === CHECKED_AT_ATTEMPT) void of.checkSession()
    },
  })
}
