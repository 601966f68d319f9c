import { told } from './gateway-headers.ts'

/** An HTTP answer that comes from something in front of Postgres, or from our gateway. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  readonly headers: Headers

  constructor({ status, headers }: Response) {
    super(`HTTP status ${status}`)
    this.status = status
    this.headers = headers
  }
}

/** What a proxy answers before it passes anything on. Of the others none can know what has run. */
const refusedUnread = new Set([401, 403, 404, 405, 411, 413, 414, 421, 429, 431])

export function isRefusedUnread(error: unknown): boolean {
  return (
    error instanceof HttpRefusal &&
    (refusedUnread.has(error.status) || nothingRan.has(outcomeOf(error)))
  )
}

export function isOverloaded(error: unknown): boolean {
  return error instanceof HttpRefusal && (error.status === 429 || outcomeOf(error) === 'overloaded')
}

/** What our gateway says in words when it ran nothing. */
const nothingRan = new Set(['behind', 'overloaded', 'unreachable'])

export function outcomeOf({ headers }: HttpRefusal): string {
  return told(headers, 'Tidegate-Outcome') ?? ''
}
