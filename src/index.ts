/** Tidegate: read from the Postgres replica near the user, and still see your own writes. */
export {
  type Committed,
  isTidegateError,
  TidegateError,
  type TidegateErrorCode,
  type TidegateErrorOptions,
  type Tried,
} from './errors.ts'
export { NeedUnmetError, QueryError, WriteFailedError } from './client/errors.ts'
export type { TideMetadata } from './client/metadata.ts'
export type {
  CacheOption,
  FreshnessOption,
  NarrowingOptions,
  QueryOptions,
} from './client/query-options.ts'
export type { QueryPromise } from './client/query-promise.ts'
export type { QueryResult, WithTide } from './client/results.ts'
export type { SessionOptions } from './client/runner.ts'
export type { QueryEvent } from './client/query-event.ts'
export type { SessionRequest } from './client/carriage.ts'
export type { Session } from './client/session.ts'
export type { Sql } from './client/sql.ts'
export {
  createTidegate,
  type Reach,
  type Tidegate,
  type TidegateOptions,
} from './client/tidegate.ts'
export { tidegate } from './default-client.ts'
export type { FullResult, TypeParsers } from './drivers/decode.ts'
export type { TransactionOptions } from './drivers/driver.ts'
export { formatLsn, type Lsn, parseLsn } from './tide/lsn.ts'
export type { Position } from './tide/position.ts'
export { openToken, sealToken } from './tide/seal.ts'
export type { Stamp } from './tide/stamp.ts'
export type { Tide } from './tide/tide.ts'
export { importTokenKeys, type TokenKey } from './tide/token-keys.ts'
export { EMPTY_TOKEN, joinTokens, type Token } from './tide/token.ts'
export { parseXid, type Xid } from './tide/xid.ts'
