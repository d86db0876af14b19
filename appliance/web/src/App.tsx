// Who is there? Then either the log-in page or the desk.
import { Frame, makeQueryClient } from '@zhunkehu/kit'

const client = makeQueryClient()

export function App() {
  return <Frame client={client}>准客呼</Frame>
}
