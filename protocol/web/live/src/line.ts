// How the live line is doing, and what time the server has: the only two things that every screen wants of it.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { LinkState } from './link'

type Line = {
  state: LinkState
  /** When the line was last known good, by the server's clock. */
  lastLiveMs: number | undefined
  skewMs: number
}

export const lineStore = createStore<Line>(() => ({
  state: { at: 'connecting' },
  lastLiveMs: undefined,
  skewMs: 0,
}))

export function useLine<T>(pick: (line: Line) => T): T {
  return useStore(lineStore, pick)
}

export function clockSkewMs(): number {
  return lineStore.getState().skewMs
}

/** Now, by the server's clock as far as it is known; PCs in an office are often minutes off. */
export function serverNow(): number {
  return Date.now() + clockSkewMs()
}

/** Remembers the state, and the moment in which a good line was lost. */
export function noteLine(state: LinkState): void {
  const lost = lineStore.getState().state.at === 'live' && state.at !== 'live'
  lineStore.setState(lost ? { state, lastLiveMs: serverNow() } : { state })
}

export function noteSkew(skewMs: number): void {
  lineStore.setState({ skewMs })
}
