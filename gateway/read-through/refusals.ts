/** What the SDK throws, as the answers that a node would have given, or that say what nobody could. */
import { NeedUnmetError, QueryError, WriteFailedError } from '../../src/client/errors.ts'
import { DriverError } from '../../src/drivers/driver-error.ts'
import { isTidegateError, type TidegateErrorCode } from '../../src/errors.ts'
import { overloaded, PassedOn, Refusal, unreachable } from '../protocol/refusal.ts'

/** What is wrong with the request itself. A session's own token never is: it begins anew. */
const asked = new Set<TidegateErrorCode>([
  'STATEMENT_REFUSED',
  'TOKEN_MALFORMED',
  'TOKEN_UNSIGNED',
  'TOKEN_FORGED',
])

type Headers = Readonly<Record<string, string>>

/**
 * Words of the SDK hold no value; what Postgres said goes to whom it was said to.
 *
 * @param headers what is told of the session
 */
export function toRefusal(error: unknown, headers: Headers = {}): unknown {
  if (error instanceof QueryError) {
    return error.cause instanceof Error ? new PassedOn(error.sqlState, error.cause, headers) : error
  }
  if (error instanceof NeedUnmetError) return notRun(error, headers)
  const more = { cause: error, headers }
  if (error instanceof WriteFailedError || isTidegateError(error, 'TIMEOUT')) {
    // Of what may have run no outcome is told: nobody must take it for a reason to send it again.
    return error.committed === 'no' ? notRun(error, headers) : new Refusal(500, error.message, more)
  }
  if (isTidegateError(error) && asked.has(error.code)) return new Refusal(400, error.message, more)
  return error
}

function notRun(error: Error, headers: Headers): Refusal {
  const { cause } = error
  const isFull = cause instanceof DriverError && cause.failure === 'overloaded'
  return isFull
    ? overloaded(error.message, headers)
    : unreachable(error.message, { cause: error, headers })
}
