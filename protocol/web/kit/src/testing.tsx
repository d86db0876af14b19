// For tests of screens: the frame, the languages, and a server that answers from a table.
import { type RenderResult, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { Frame, makeQueryClient } from './Frame'
import { startLanguages } from './i18n'

export function show(node: ReactNode): RenderResult {
  startLanguages('zh-CN')
  return render(<Frame client={makeQueryClient()}>{node}</Frame>)
}

export type Answer = unknown | ((request: Request) => unknown)
export type Asked = { method: string; path: string; body: unknown; headers: Headers }

/** Replaces `fetch`; hands back what was asked. A `Response` is passed on, anything else becomes JSON. */
export function answerWith(table: Record<string, Answer>): Asked[] {
  const asked: Asked[] = []
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(String(input), init)
    const { pathname, search } = new URL(request.url)
    const text = await request.clone().text()
    asked.push({
      method: request.method,
      path: pathname + search,
      body: text === '' ? undefined : JSON.parse(text),
      headers: request.headers,
    })
    const found = table[`${request.method} ${pathname}`]
    const value = typeof found === 'function' ? await found(request) : found
    if (value instanceof Response) return value
    if (value === undefined) return problem(404, { code: 'not_found' })
    return Response.json(value)
  }
  return asked
}

export function problem(
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers })
}
