/**
 * What a text cannot show: which tables a view reads, which functions write, what may not leave the
 * primary. The regional consumer publishes it; `footprint` asks it through this interface.
 */
import type { Effect } from './effect.ts'
import type { FunctionName, TableName } from './names.ts'

export interface Catalog {
  /**
   * The relation that a name in a statement means, by the search path where it has no schema. Left
   * out where only functions are known: then tables are taken as the text has them.
   */
  readonly relation?: ((name: TableName) => Relation | undefined) | undefined
  /**
   * The worst effect among the user's functions of this name, by the search path where it has no
   * schema; `undefined` if there are none. PostgreSQL's own need not be known.
   */
  functionEffect(name: FunctionName): Effect | undefined
}

export interface Relation {
  readonly kind: 'table' | 'view' | 'materialized view' | 'foreign table' | 'sequence'
  /** Unlogged tables are empty on a standby and refuse reads there. @default 'permanent' */
  readonly persistence?: 'permanent' | 'unlogged' | 'temporary' | undefined
  /**
   * The tables whose changes show in it, by the names under which the consumer raises tags: itself,
   * a partition's root, a view's base tables.
   */
  readonly tables: readonly TableName[]
  /** Columns that the consumer raises row tags for. None for a view. */
  readonly keys: readonly string[]
  /** Row-level security lets the answer depend on who asks. @default false */
  readonly rowSecurity?: boolean | undefined
  /** Its body, rules or policies call functions that write. @default false */
  readonly writes?: boolean | undefined
  /** Its changes do not all reach the consumer. @default false */
  readonly untracked?: boolean | undefined
}

/** As much of it as a client without a tide table has: what the app declares. */
export type FunctionCatalog = Pick<Catalog, 'functionEffect'>
