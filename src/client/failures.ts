/** What came back instead of an answer, and what the caller is told of it. */
import { DriverError } from '../drivers/driver-error.ts'
import { TidegateError, type Tried } from '../errors.ts'
import { TimeUp } from '../gate/gate.ts'
import { QueryError, WriteFailedError } from './errors.ts'

/** Nothing came back, and not because the caller gave up. */
export function isSilence(error: unknown, caller: AbortSignal | undefined): boolean {
  if (caller?.aborted) return false
  if (!(error instanceof DriverError)) return error instanceof TimeUp
  return error.failure === 'unreachable' || error.failure === 'aborted'
}

export function toTidegateError(
  thrown: unknown,
  caller: AbortSignal | undefined,
  timeoutMs: number,
  attempts: readonly Tried[],
): unknown {
  const ranOut = thrown instanceof TimeUp
  const failure = thrown instanceof DriverError ? thrown : undefined
  if (caller?.aborted) {
    const committed = failure?.committed ?? 'no'
    return new TidegateError('ABORTED', 'The caller has given up.', {
      cause: thrown,
      committed,
      attempts,
    })
  }
  if (ranOut || failure?.failure === 'aborted') {
    const committed = failure?.committed ?? 'no'
    return new TidegateError('TIMEOUT', `It took longer than the ${timeoutMs} ms it was given.`, {
      cause: thrown,
      committed,
      attempts,
      retryable: committed === 'no',
    })
  }
  if (!failure) return thrown
  if (failure.sqlState !== undefined) return new QueryError(failure.sqlState, failure, attempts)
  return new WriteFailedError(failure, attempts)
}
