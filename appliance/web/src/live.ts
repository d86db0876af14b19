// What happens in the branch right now: one snapshot, kept true by deltas.
import {
  type Board,
  type BoardChange,
  branchApi,
  LIVE_PATH,
  type LiveMessage,
} from '@zhunkehu/api/branch'
import { leaveWhenSignedOut, liveLine } from '@zhunkehu/kit'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

type Snapshot = Extract<LiveMessage, { type: 'snapshot' }>
type Delta = Extract<LiveMessage, { type: 'delta' }>

type Live = {
  board: Board | undefined
  /** Grows with each call that ends: what was counted before must be asked again. */
  callsEnded: number
}

export const liveStore = createStore<Live>(() => ({ board: undefined, callsEnded: 0 }))

export function useLive<T>(pick: (live: Live) => T): T {
  return useStore(liveStore, pick)
}

export function applied(before: Board, change: BoardChange): Board {
  switch (change.what) {
    case 'call':
      return { ...before, calls: put(before.calls, change.call, (one) => one.id) }
    case 'call_gone':
      return { ...before, calls: before.calls.filter((one) => one.id !== change.id) }
    case 'phone':
      return { ...before, phones: put(before.phones, change.phone, (one) => one.extension) }
    case 'trunk':
      return { ...before, trunks: put(before.trunks, change.trunk, (one) => one.name) }
    case 'link':
      return { ...before, link: change.link }
    case 'machine':
      return { ...before, machine: change.machine }
    default:
      return before
  }
}

/** Replaces the row with the same key in its place, or adds it at the end. */
function put<Row>(rows: Row[], row: Row, key: (row: Row) => string): Row[] {
  const at = rows.findIndex((one) => key(one) === key(row))
  return at < 0 ? [...rows, row] : rows.with(at, row)
}

export const line = liveLine<Snapshot, Delta>({
  path: LIVE_PATH,
  gap: 'ask',
  onSnapshot: ({ board }) => liveStore.setState({ board }),
  onDelta: ({ changes }) => {
    const { board, callsEnded } = liveStore.getState()
    if (!board) return
    const gone = changes.filter((change) => change.what === 'call_gone').length
    liveStore.setState({ board: changes.reduce(applied, board), callsEnded: callsEnded + gone })
  },
  checkSession: () => branchApi.session().catch(leaveWhenSignedOut),
})
