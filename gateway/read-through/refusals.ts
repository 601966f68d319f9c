/** What the SDK throws, as the answers that a node would have given, or that say what nobody could. */
import { NeedUnmetError, QueryError, WriteFailedError } from '../../src/client/errors.ts'
import { DriverError } from '../../src/drivers/driver-error.ts'
import { isTidegateError } from '../../src/errors.ts'
import { overloaded, PassedOn, Refusal, unreachable } from '../protocol/refusal.ts'

/** Words of the SDK hold no value; what Postgres said goes to whom it was said to. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof QueryError) {
    return error.cause instanceof Error ? new PassedOn(error.sqlState, error.cause) : error
  }
  if (error instanceof NeedUnmetError) return notRun(error)
  if (error instanceof WriteFailedError) {
    // Of what may have run no outcome is told: nobody must take it for a reason to send it again.
    return error.committed === 'no' ? notRun(error) : failed(error)
  }
  if (!isTidegateError(error)) return error
  if (error.code === 'STATEMENT_REFUSED') return new Refusal(400, error.message, { cause: error })
  if (error.code === 'TIMEOUT') return error.committed === 'no' ? notRun(error) : failed(error)
  return error
}

function notRun(error: Error): Refusal {
  const { cause } = error
  const isFull = cause instanceof DriverError && cause.failure === 'overloaded'
  return isFull ? overloaded(error.message) : unreachable(error.message, error)
}

function failed(error: Error): Refusal {
  return new Refusal(500, error.message, { cause: error })
}
