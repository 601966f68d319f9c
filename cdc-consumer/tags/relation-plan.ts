/** From a change to one relation to the tags that it raises. Made once for each description of it. */
import type { TaggedTable, WireRelation } from './relation.ts'
import type { TableTags } from './table-tags.ts'
import type { Tuple } from './tuple.ts'

interface Key {
  readonly column: number
  readonly isIdentity: boolean
  readonly prefix: string
}

export interface Target {
  readonly tags: TableTags
  readonly keys: readonly Key[]
  /** A key column is not sent at all. */
  readonly isBlind: boolean
  /** A key column's old values are not sent. */
  readonly forgets: boolean
}

export interface RelationPlan {
  readonly targets: readonly Target[]
  /** How many of a row's first columns have to be looked at. */
  readonly columns: number
}

export function planRelation(
  relation: WireRelation,
  tables: readonly TaggedTable[],
  tagsOf: (table: TaggedTable['table']) => TableTags,
): RelationPlan {
  const targets = tables.map(({ table, keys: names }): Target => {
    const tags = tagsOf(table)
    const keys = names.flatMap((name): Key[] => {
      const column = relation.columns.findIndex((each) => each.name === name)
      const isIdentity = relation.columns[column]?.isIdentity ?? false
      return column === -1 ? [] : [{ column, isIdentity, prefix: tags.prefix(name) }]
    })
    const isBlind = keys.length < names.length
    return { tags, keys, isBlind, forgets: isBlind || keys.some((key) => !key.isIdentity) }
  })
  const columns = Math.max(0, ...targets.flatMap(({ keys }) => keys.map((key) => key.column + 1)))
  return { targets, columns }
}

/** A row came. */
export function tagInserted({ tags, keys, isBlind }: Target, row: Tuple): void {
  if (isBlind) tags.collapse()
  for (const { column, prefix } of keys) {
    if (tags.collapsed) return
    tags.value(prefix, row, column)
  }
}

/** A row went. Of columns outside the replica identity the old value is not told. */
export function tagRemoved({ tags, keys, forgets }: Target, old: Tuple): void {
  if (forgets) tags.collapse()
  for (const { column, prefix } of keys) {
    if (tags.collapsed) return
    if (old.isUnchanged(column)) tags.collapse()
    else tags.value(prefix, old, column)
  }
}

/** A row is another now, and its identity is the same: the new values of key columns are the old. */
export function tagUpdated({ tags, keys, forgets }: Target, row: Tuple): void {
  if (forgets) tags.collapse()
  for (const { column, prefix } of keys) {
    if (tags.collapsed) return
    if (row.isUnchanged(column)) tags.collapse()
    else tags.value(prefix, row, column)
  }
}

/** The new values of a row whose old ones were told before: what was not changed has its tag. */
export function tagChanged({ tags, keys }: Target, row: Tuple): void {
  for (const { column, prefix } of keys) {
    if (tags.collapsed) return
    if (!row.isUnchanged(column)) tags.value(prefix, row, column)
  }
}
