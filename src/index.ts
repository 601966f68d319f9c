/** Tidegate: read from the Postgres replica near the user, and still see your own writes. */
export {
  type Committed,
  isTidegateError,
  TidegateError,
  type TidegateErrorCode,
  type TidegateErrorOptions,
} from './errors.ts'
export { formatLsn, type Lsn, parseLsn } from './tide/lsn.ts'
