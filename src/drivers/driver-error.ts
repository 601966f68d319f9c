/** What a driver throws, so that the gate can decide what to do next without reading messages. */
import type { Committed } from '../errors.ts'

export type DriverFailure =
  /** Postgres refused the statement; `sqlState` says why. */
  | 'sql'
  /** No answer: not reached, cut off, or not understood. */
  | 'unreachable'
  /** The gateway gave up waiting for the position that was asked for. Nothing ran. */
  | 'behind'
  /** The node is there and has no room. Nothing ran. */
  | 'overloaded'
  /** The caller's signal. */
  | 'aborted'

export class DriverError extends Error {
  override readonly name = 'DriverError'
  readonly failure: DriverFailure
  readonly sqlState: string | undefined
  /** Whether the work may be in the database. */
  readonly committed: Committed

  constructor(
    failure: DriverFailure,
    message: string,
    details: {
      readonly sqlState?: string | undefined
      readonly committed: Committed
      readonly cause?: unknown
    },
  ) {
    super(message, { cause: details.cause })
    this.failure = failure
    this.sqlState = details.sqlState
    this.committed = details.committed
  }
}
