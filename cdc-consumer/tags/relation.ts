/** A table as pgoutput describes it, before the first change to it on a connection. */
import type { TableName } from '../../src/sql/names.ts'

export interface WireRelation extends Required<TableName> {
  readonly schema: string
  readonly oid: number
  /** `default`: the primary key; `index`: another unique one; `full`: all columns. */
  readonly identity: ReplicaIdentity
  /** Those that are sent, in the order in which they are. Generated columns are not among them. */
  readonly columns: readonly WireColumn[]
}

export type ReplicaIdentity = 'default' | 'index' | 'full' | 'nothing'

export interface WireColumn {
  readonly name: string
  /** Its old value is sent when it changes, and when the row is deleted. */
  readonly isIdentity: boolean
}

/** Under which names, and by which columns, the changes of a relation are told. */
export interface TaggedTable {
  readonly table: TableName
  /** Columns that row tags are raised for. */
  readonly keys: readonly string[]
}

/** What the tags of a relation's changes are. */
export interface Schema {
  /**
   * The table itself, or the roots and parents that its rows show in. `undefined`: this relation is
   * not known, or not with these columns, so that the schema must have changed.
   */
  describe(relation: WireRelation): readonly TaggedTable[] | undefined
}
