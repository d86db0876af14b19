// What happens in the branch right now: one snapshot, kept true by deltas.
import {
  LIVE_PATH,
  type LiveCall,
  type Overview,
  type Phone,
  type Today,
  type Trunk,
} from '@zhunkehu/api/branch'
import { setSession } from '@zhunkehu/kit'
import { type Frame, LiveLink, lineStore } from '@zhunkehu/live'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type Change =
  | { what: 'call'; call: LiveCall }
  | { what: 'call_gone'; call: string }
  | { what: 'phone'; phone: Phone }
  | { what: 'trunk'; trunk: Trunk }
  | { what: 'today'; today: Today }

type Live = { overview: Overview | undefined }

export const liveStore = createStore<Live>(() => ({ overview: undefined }))

export function useLive<T>(pick: (live: Live) => T): T {
  return useStore(liveStore, pick)
}

export function applied(before: Overview, change: Change): Overview {
  switch (change.what) {
    case 'call':
      return { ...before, calls: put(before.calls, change.call, (one) => one.call) }
    case 'call_gone':
      return { ...before, calls: before.calls.filter((one) => one.call !== change.call) }
    case 'phone':
      return { ...before, phones: put(before.phones, change.phone, (one) => one.extension) }
    case 'trunk':
      return { ...before, trunks: put(before.trunks, change.trunk, (one) => one.name) }
    case 'today':
      return { ...before, today: change.today }
    default:
      return before
  }
}

/** Replaces the row with the same key in its place, or adds it at the end. */
function put<Row>(rows: Row[], row: Row, key: (row: Row) => string): Row[] {
  const at = rows.findIndex((one) => key(one) === key(row))
  return at < 0 ? [...rows, row] : rows.with(at, row)
}

type Message = { type?: string; seq?: number; utc?: number }

export function readFrame(message: unknown): Frame {
  if (typeof message !== 'object' || message === null) return { kind: 'unknown' }
  const { type, seq, utc } = message as Message
  if (typeof utc !== 'number') return { kind: 'unknown' }
  if (type === 'heartbeat') return { kind: 'heartbeat', seq, utc }
  if (typeof seq !== 'number') return { kind: 'unknown' }
  if (type === 'snapshot' || type === 'delta') return { kind: type, seq, utc, body: message }
  return { kind: 'unknown' }
}

function address(): string {
  const { protocol, host } = globalThis.location
  return `${protocol === 'http:' ? 'ws' : 'wss'}://${host}${LIVE_PATH}`
}

export const line = new LiveLink(address(), {
  read: readFrame,
  onSnapshot: (body) => liveStore.setState({ overview: body as Overview }),
  onDelta: (body) => {
    const { overview } = liveStore.getState()
    if (!overview) return
    const { changes } = body as { changes: Change[] }
    liveStore.setState({ overview: changes.reduce(applied, overview) })
  },
  onState: (state) => {
    const lastLiveMs =
      state.at === 'live' ? undefined : (lineStore.getState().lastLiveMs ?? Date.now())
    lineStore.setState({ state, ...(lastLiveMs ? { lastLiveMs } : {}) })
    if (state.at === 'closed' && state.reason === 'signed_out') {
      setSession({ at: 'signed_out', why: 'expired' })
    }
  },
  onSkew: (skewMs) => lineStore.setState({ skewMs }),
})
