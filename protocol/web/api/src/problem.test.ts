// What goes wrong always has a code.
import { describe, expect, it } from 'vitest'
import { asProblem, Problem, problemOf } from './problem'

const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers })

describe('a problem', () => {
  it('keeps code, trace id, fields and the time to wait', () => {
    const body = { code: 'locked_out', trace_id: 'abc', errors: [{ pointer: '/user', code: 'x' }] }
    const problem = problemOf(answer(429, { 'retry-after': '30' }), body)
    expect(problem).toMatchObject({ code: 'locked_out', traceId: 'abc', status: 429 })
    expect(problem.retryAfterS).toBe(30)
    expect(problem.errors).toHaveLength(1)
  })

  it('has a code even where the answer was a page of somebody else', () => {
    expect(problemOf(answer(502), '<html>').code).toBe('unreachable_server')
    expect(problemOf(answer(418), undefined).code).toBe('server_error')
    expect(problemOf(answer(401), { code: 7 }).code).toBe('not_signed_in')
  })

  it('is made of anything that was thrown', () => {
    const own = new Problem(409, { code: 'phone_busy' })
    expect(asProblem(own)).toBe(own)
    expect(asProblem(new TypeError('fetch failed')).code).toBe('unreachable_server')
    expect(asProblem(new DOMException('late', 'TimeoutError')).code).toBe('timeout')
  })
})
