/** The errors of the client, by what their caller would do differently. */
import type { DriverError } from '../drivers/driver-error.ts'
import { TidegateError, type Tried } from '../errors.ts'

/** Postgres refused the statement. What it said is the `cause`; it may hold values, this does not. */
export class QueryError extends TidegateError {
  override readonly name = 'QueryError'
  readonly sqlState: string
  readonly constraint: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined

  constructor(sqlState: string, error: DriverError, attempts: readonly Tried[]) {
    super('QUERY_FAILED', `Postgres refused the statement with SQLSTATE ${sqlState}.`, {
      cause: error.cause ?? error,
      committed: error.committed,
      attempts,
      // Serialization failures and deadlocks: the whole transaction may be made again.
      retryable: error.committed === 'no' && (sqlState === '40001' || sqlState === '40P01'),
    })
    this.sqlState = sqlState
    this.constraint = nameIn(error.cause, 'constraint')
    this.schema = nameIn(error.cause, 'schema')
    this.table = nameIn(error.cause, 'table')
    this.column = nameIn(error.cause, 'column')
  }
}

/** No node that could be reached had data that was new enough. */
export class NeedUnmetError extends TidegateError {
  override readonly name = 'NeedUnmetError'

  constructor(need: string, attempts: readonly Tried[], cause: unknown) {
    const tried = attempts.map(({ node, outcome }) => `${node}: ${outcome}`).join(', ')
    super(
      'NEED_UNMET',
      `No node could be reached that has ${need} (${tried || 'none was asked'}).`,
      {
        cause,
        attempts,
        retryable: true,
      },
    )
  }
}

/** The primary gave no answer to a write. `committed` says what is known of it. */
export class WriteFailedError extends TidegateError {
  override readonly name = 'WriteFailedError'

  constructor(error: DriverError, attempts: readonly Tried[]) {
    const fate = {
      yes: 'It was committed.',
      no: 'It did not run.',
      unknown: 'Whether it was committed is not known.',
    }[error.committed]
    super('WRITE_FAILED', `The primary gave no answer to the write. ${fate}`, {
      cause: error,
      committed: error.committed,
      attempts,
      retryable: error.committed === 'no',
    })
  }
}

function nameIn(cause: unknown, field: string): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  const value: unknown = Reflect.get(cause, field)
  return typeof value === 'string' && value !== '' ? value : undefined
}
