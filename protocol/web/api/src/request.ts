// Plain requests for the routes: same origin, cookie session, a time limit on each, problems thrown.
import { problemOf } from './problem'

const REQUEST_MS_MAX = 15_000

type Query = Record<string, string | number | undefined | null>

async function ask<T>(method: string, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, {
    ...init,
    method,
    credentials: 'same-origin',
    signal: AbortSignal.timeout(REQUEST_MS_MAX),
  })
  if (!response.ok) throw problemOf(response, await jsonOf(response))
  return (await jsonOf(response)) as T
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}

export function get<T>(path: string, query: Query = {}): Promise<T> {
  return ask('GET', withQuery(path, query))
}

export function post<T>(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  return ask('POST', path, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export function remove(path: string): Promise<void> {
  return ask('DELETE', path)
}

/** One key for one intent: a repeated request with the same key is carried out once. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
