/** What went wrong, for programs. A message may be reworded; a code keeps its meaning. */
export type TidegateErrorCode =
  /** A setting is missing or wrong. The message names the field and what it should be. */
  | 'CONFIG_INVALID'
  /** Text that should be a WAL position, a transaction id or a field of the tide table is not one. */
  | 'POSITION_MALFORMED'
  /** A session token is not one of ours, or was damaged on its way. */
  | 'TOKEN_MALFORMED'
  /** A session token carries no signature although this app has a key. */
  | 'TOKEN_UNSIGNED'
  /** A session token's signature was made with none of this app's keys. */
  | 'TOKEN_FORGED'
  /** Postgres refused a statement; `sqlState` says why. */
  | 'QUERY_FAILED'
  /**
   * A statement was not sent: several in one text, one about a connection, a parameter that cannot be
   * written as text, or an option that has no meaning.
   */
  | 'STATEMENT_REFUSED'
  /** No node that could be reached had data that was new enough. */
  | 'NEED_UNMET'
  /** The primary gave no answer to a write. */
  | 'WRITE_FAILED'
  /** Redis, or what stands for it, could not be reached or gave no usable answer. */
  | 'STORE_FAILED'
  /** The time that was given for it ran out. */
  | 'TIMEOUT'
  /** The caller's signal has fired. Hooks are told so; the caller gets the signal's reason. */
  | 'ABORTED'
  /** The consumer cannot read the WAL; `problem` of the error says why. */
  | 'REPLICATION_FAILED'

/** Whether a write that ended in an error is in the database. */
export type Committed = 'yes' | 'no' | 'unknown'

/** One node that a query was asked of. */
export interface Tried {
  readonly node: string
  /** Why it was asked. */
  readonly reason: string
  /** `served`, or why its answer was not taken. */
  readonly outcome: string
  readonly ms: number
}

export interface TidegateErrorOptions {
  /** The same call may succeed if it is made again. @default false */
  readonly retryable?: boolean | undefined
  /** @default 'no' */
  readonly committed?: Committed | undefined
  /** @default [] */
  readonly attempts?: readonly Tried[] | undefined
  readonly cause?: unknown
}

/**
 * Every error that Tidegate raises itself. Messages never hold parameter values, rows, credentials
 * or tokens, so they are safe to log.
 */
export class TidegateError extends Error {
  override readonly name: string = 'TidegateError'
  /** Tells our errors from others across two copies of the package in one bundle. */
  readonly isTidegateError = true
  readonly code: TidegateErrorCode
  readonly retryable: boolean
  readonly committed: Committed
  /** Whom the query was asked of, in order, and what became of it. Empty where nothing was sent. */
  readonly attempts: readonly Tried[]

  constructor(code: TidegateErrorCode, message: string, options: TidegateErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.committed = options.committed ?? 'no'
    this.attempts = options.attempts ?? []
  }
}

/** Like `instanceof`, but true across two copies of the package in one bundle as well. */
export function isTidegateError(value: unknown, code?: TidegateErrorCode): value is TidegateError {
  if (!(value instanceof Error) || !('isTidegateError' in value) || !('code' in value)) return false
  return code === undefined || value.code === code
}
