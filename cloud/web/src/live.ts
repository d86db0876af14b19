// All branches as headquarters knows them right now: one snapshot, kept true by deltas.
import { type Branch, hqApi, LIVE_PATH, type LiveMessage, type Overview } from '@zhunkehu/api/hq'
import { leaveWhenSignedOut, liveLine } from '@zhunkehu/kit'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

type Told = Extract<LiveMessage, { branches: Branch[] }>
type Live = { overview: Overview | undefined; branches: Branch[] }

export const liveStore = createStore<Live>(() => ({ overview: undefined, branches: [] }))

export function useLive<T>(pick: (live: Live) => T): T {
  return useStore(liveStore, pick)
}

/** Each branch of a delta is whole; those that it does not name stay as they are. */
export function merged(before: readonly Branch[], changed: readonly Branch[]): Branch[] {
  const rows = new Map(before.map((branch) => [branch.box_id, branch]))
  for (const branch of changed) rows.set(branch.box_id, branch)
  return [...rows.values()].sort((a, b) => (a.box_id < b.box_id ? -1 : 1))
}

export const line = liveLine<Told, Told>({
  path: LIVE_PATH,
  gap: 'reconnect',
  onSnapshot: ({ overview, branches }) => liveStore.setState({ overview, branches }),
  onDelta: ({ overview, branches }) =>
    liveStore.setState((now) => ({ overview, branches: merged(now.branches, branches) })),
  checkSession: () => hqApi.session().catch(leaveWhenSignedOut),
})
