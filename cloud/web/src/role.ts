// What is offered to whom. The server decides.
import { useSession } from '@zhunkehu/kit'

export function useIsAdmin(): boolean {
  const session = useSession()
  return session.at === 'signed_in' && session.who.role === 'hq_admin'
}
