// What goes wrong, as one type: the server's coded problem (RFC 9457), or no answer at all.

export type FieldError = { pointer: string; code: string }

/** `application/problem+json`. `code` is stable and is translated; `detail` is never shown as it is. */
export type ProblemBody = {
  code: string
  status?: number
  trace_id?: string
  errors?: FieldError[]
}

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly traceId: string | undefined
  readonly errors: FieldError[]
  /** Seconds after which it may be tried again, where the server says so. */
  readonly retryAfterS: number | undefined

  constructor(status: number, body: ProblemBody, retryAfterS?: number) {
    super(body.code)
    this.name = 'Problem'
    this.code = body.code
    this.status = status
    this.traceId = body.trace_id
    this.errors = Array.isArray(body.errors) ? body.errors : []
    this.retryAfterS = retryAfterS
  }
}

/** Turns anything thrown into a problem; the network's silence has the code `unreachable_server`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new Problem(0, { code: 'timeout' })
  }
  return new Problem(0, { code: 'unreachable_server' })
}

/** Reads the body of a failed answer; a proxy's page or an empty body still gives a code. */
export function problemOf(response: Response, body: unknown): Problem {
  const { status } = response
  const wait = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  const retryAfterS = Number.isFinite(wait) && wait >= 0 ? wait : undefined
  if (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string'
  ) {
    return new Problem(status, body as ProblemBody, retryAfterS)
  }
  return new Problem(status, { code: CODE_OF_STATUS[status] ?? 'server_error' }, retryAfterS)
}

const CODE_OF_STATUS: Record<number, string> = {
  400: 'bad_body',
  401: 'not_signed_in',
  403: 'not_allowed',
  404: 'not_found',
  413: 'body_too_large',
  429: 'too_many_requests',
  502: 'unreachable_server',
  503: 'not_ready',
}
