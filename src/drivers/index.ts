/**
 * Other ways to the nodes: the default driver with options of your own, and what a new one is written
 * with. `docs/drivers.md` tells what a driver has to claim.
 */
export { DriverError, type DriverFailure } from './driver-error.ts'
export type {
  Driver,
  IsolationLevel,
  LowerBound,
  NodeRole,
  Query,
  RawField,
  RawResult,
  ReadAnswer,
  ReadWork,
  Target,
  TransactionOptions,
  Work,
  WriteAnswer,
} from './driver.ts'
export { type Progress, toDriverError, unsendable } from './failure.ts'
export { neonDriver, type NeonDriverOptions } from './neon.ts'
export { OriginProgress } from './origin-progress.ts'
export {
  COMMITTED_STATEMENT,
  type CommitPosition,
  readCommitted,
  readWrote,
  WRITE_STATEMENT,
  type Wrote,
} from './positions.ts'
export { planRead, type ReadParts, type ReadPlan, toReadAnswer } from './reading.ts'
export { beginStatement } from './transaction-sql.ts'
