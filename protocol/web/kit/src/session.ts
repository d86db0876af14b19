// Who is signed in here, as both applications need to know it.

import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type SignedIn = {
  user: string
  role: string
  extension?: string | null | undefined
}

export type SessionState =
  | { at: 'asking' }
  | { at: 'signed_out'; why: 'never' | 'expired' | 'left' }
  | { at: 'signed_in'; who: SignedIn }
  | { at: 'unreachable'; error: unknown }

export const sessionStore = createStore<SessionState>(() => ({ at: 'asking' }))

export function setSession(state: SessionState): void {
  sessionStore.setState(state, true)
}

export function useSession(): SessionState {
  return useStore(sessionStore)
}

/** The role of whoever is signed in; the server checks it again for every request. */
export function useRole(): string {
  const session = useSession()
  return session.at === 'signed_in' ? session.who.role : ''
}
