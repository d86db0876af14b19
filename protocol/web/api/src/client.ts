// The typed client of an API: same origin, cookie session, a time limit on each request, problems thrown.
import createClient from 'openapi-fetch'
import { problemOf } from './problem'

const REQUEST_MS_MAX = 15_000

export function clientOf<Paths extends object>() {
  return createClient<Paths>({
    baseUrl: globalThis.location?.origin ?? '',
    credentials: 'same-origin',
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(REQUEST_MS_MAX) }),
  })
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** The data of a good answer; throws a `Problem` otherwise. */
export async function unwrap<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await asked
  if (!response.ok) throw problemOf(response, error)
  return data as Data
}

/** A filter that says nothing is not sent. */
export function said<Text extends string>(text: string | undefined): Text | undefined {
  return text === undefined || text === '' ? undefined : (text as Text)
}

/** One key for one intent: a repeated request with the same key is carried out once. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
