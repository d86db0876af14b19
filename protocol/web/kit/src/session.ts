// Who is signed in here, as both applications need to know it.

import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type SignedIn = {
  user: string
  role: string
  extension?: string | null | undefined
  /** What the role allows; the server checks it again for every request. */
  may?: readonly string[]
  profile?: string
  box_id?: string
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

/** May whoever is signed in do this? Only for what is offered: the server decides. */
export function useMay(action: string): boolean {
  const session = useSession()
  return session.at === 'signed_in' && (session.who.may?.includes(action) ?? false)
}
