/**
 * On which tags an answer depends: the rows that the footprint proves to be all it reads, or else the
 * tables. A statement whose tables are not all known to the catalog is not cached.
 */
import type { Catalog, Footprint, Key, KeyValue, TableName } from '../sql/index.ts'
import { formatName } from '../sql/index.ts'

export type Dependencies =
  | { readonly cacheable: true; readonly tags: readonly string[] }
  /** For people: why it is not cached. */
  | { readonly cacheable: false; readonly reason: string }

export interface TagNames {
  /** @default the name as SQL writes it */
  readonly table?: ((table: TableName) => string) | undefined
  /**
   * The tag of the rows in which `column` equals `value`, spelt as the consumer spells it; `undefined`
   * where that is not certain. @default never certain: answers depend on whole tables
   */
  readonly row?:
    | ((table: TableName, column: string, value: unknown) => string | undefined)
    | undefined
}

/** A query for more rows than this depends on its table. */
const MAX_ROW_TAGS = 100

/** @param footprint must have been read with this catalog. */
export function dependencies(
  footprint: Footprint,
  catalog: Catalog | undefined,
  params: readonly unknown[],
  names: TagNames = {},
): Dependencies {
  const { read } = footprint.tables
  if (!footprint.cacheable || read === 'unknown') {
    return {
      cacheable: false,
      reason: footprint.uncacheable ?? 'which tables it reads is not known',
    }
  }
  if (catalog?.relation === undefined) {
    return { cacheable: false, reason: 'the catalog is not known' }
  }
  const tableTag = names.table ?? formatName
  const [table] = read
  if (table !== undefined && read.length === 1) {
    for (const key of footprint.keys) {
      const rows = rowTags(table, key, params, names)
      // What stands for all rows of the table is in the same fields as the rows.
      if (rows) return { cacheable: true, tags: [...rows, `${tableTag(table)}#*`] }
    }
  }
  return { cacheable: true, tags: [...new Set(read.map(tableTag))] }
}

function rowTags(
  table: TableName,
  { column, values }: Key,
  params: readonly unknown[],
  { row }: TagNames,
): ReadonlySet<string> | undefined {
  if (row === undefined) return undefined
  const tags = new Set<string>()
  for (const value of values) {
    const wanted = keyValues(value, params)
    if (wanted === undefined) return undefined
    for (const each of wanted) {
      const tag = row(table, column, each)
      if (tag === undefined || tags.size === MAX_ROW_TAGS) return undefined
      tags.add(tag)
    }
  }
  return tags
}

function keyValues(value: KeyValue, params: readonly unknown[]): readonly unknown[] | undefined {
  if ('literal' in value) return [value.literal]
  if ('parameter' in value) {
    return value.parameter <= params.length ? [params[value.parameter - 1]] : undefined
  }
  const elements: unknown = params[value.elementsOf - 1]
  return Array.isArray(elements) ? elements : undefined
}
