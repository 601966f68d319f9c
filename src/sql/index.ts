/** What a statement does: read, write or neither; which tables and rows; cacheable or not. */
export { canonicalKey } from './canonical-key.ts'
export type { Catalog, Relation } from './catalog.ts'
export type { Effect } from './effect.ts'
export { type Footprint, footprint } from './footprint.ts'
export type { Hints } from './hints.ts'
export type { Key, KeyValue } from './keys.ts'
export type { Kind } from './kind.ts'
export { FootprintMemo, type FootprintMemoOptions } from './memo.ts'
export { formatName, type FunctionName, type TableName } from './names.ts'
export type { Durability, Freshness, Outcome, Route } from './outcome.ts'
export {
  createSqlPolicy,
  type Decision,
  type FunctionOptions,
  type RuleReport,
  type SqlPolicy,
  type SqlPolicyOptions,
} from './policy.ts'
export type { RuleOptions } from './rules.ts'
