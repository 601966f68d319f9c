/** Reads a node's schema and says what a reader and the tagging of changes have to know of it. */
import { createHash } from 'node:crypto'

import type { ClientBase } from 'pg'

import {
  type CatalogFunction,
  type CatalogRelation,
  type CatalogText,
  encodeCatalogText,
  type KeyColumn,
  type KeyType,
  keyTypes,
} from '../../src/cache/published-catalog.ts'
import type { Catalog, Relation } from '../../src/sql/catalog.ts'
import { footprint } from '../../src/sql/footprint.ts'
import { formatName, type TableName } from '../../src/sql/names.ts'
import type { Schema, TaggedTable, WireRelation } from '../tags/relation.ts'
import { COPYING, FUNCTIONS, RELATIONS } from './catalog-query.ts'

export interface CatalogOptions {
  readonly publication: string
  /**
   * Columns that row tags are raised for, by table, besides the primary keys. Without old values in
   * the replica identity their updates stand for every row.
   */
  readonly keys?: Readonly<Record<string, readonly string[]>> | undefined
  /** Where readers find names without a schema. @default that of the user who reads the catalog */
  readonly searchPath?: readonly string[] | undefined
}

export interface ReadCatalog {
  readonly text: CatalogText
  readonly json: string
  readonly hash: string
  readonly schema: Schema
}

const OWN = 'tidegate'

interface ColumnRow {
  readonly name: string
  /** As `pg_type` names it; `null` for types that are not Postgres' own. */
  readonly type: string | null
  readonly generated: boolean
  /** Its collation tells texts apart that differ. */
  readonly exact: boolean
}

interface RelationRow {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f' | 'S'
  readonly persistence: 'p' | 'u'
  readonly partition: boolean
  readonly rowSecurity: boolean
  readonly parents: readonly string[]
  readonly root: string | null
  readonly published: boolean
  readonly filtered: boolean
  readonly publishedColumns: readonly string[] | null
  readonly columns: readonly ColumnRow[]
  readonly primaryKey: readonly string[]
  readonly definition: string | null
  readonly reads: readonly string[]
}

const kinds: Readonly<Record<RelationRow['kind'], Relation['kind']>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
}

/** @param client in a transaction of one snapshot, with an empty search path: names come whole */
export async function readCatalog(
  client: ClientBase,
  options: CatalogOptions,
): Promise<ReadCatalog> {
  const { rows: path } = await client.query<{ path: string[] }>(
    'select current_schemas(false)::text[] as path',
  )
  await client.query(`set local search_path = ''`)
  const { rows } = await client.query<RelationRow>(RELATIONS, [options.publication])
  const { rows: functions } = await client.query<CatalogFunction>(FUNCTIONS)
  const { rows: copying } = await client.query<{ oids: string[] }>(COPYING)
  const assembled = new Assembly(rows, functions, new Set(copying[0]?.oids ?? []), options.keys)
  const text: CatalogText = {
    version: 1,
    // Where the user is called as our schema is, it is in the path, and holds nothing of theirs.
    searchPath: options.searchPath ?? path[0]?.path.filter((each) => each !== OWN) ?? ['public'],
    relations: rows.map((row) => assembled.relation(row)),
    functions,
  }
  const json = encodeCatalogText(text)
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 32)
  return { text, json, hash, schema: assembled.schema() }
}

class Assembly {
  readonly #rows: ReadonlyMap<string, RelationRow>
  readonly #functions: Catalog
  readonly #copying: ReadonlySet<string>
  readonly #keys: ReadonlyMap<string, readonly string[]>

  constructor(
    rows: readonly RelationRow[],
    functions: readonly CatalogFunction[],
    copying: ReadonlySet<string>,
    keys: CatalogOptions['keys'] = {},
  ) {
    this.#rows = new Map(rows.map((row) => [row.oid, row]))
    const effects = new Map(functions.map((each) => [formatName(each), each.effect]))
    this.#functions = { functionEffect: (name) => effects.get(formatName(name)) }
    this.#copying = copying
    this.#keys = new Map(Object.entries(keys))
  }

  relation(row: RelationRow): CatalogRelation {
    const base = this.#baseTables(row, new Set())
    const tables = base.map((each) => nameOf(each))
    const isItself = base.length === 1 && base[0] === row
    const view = row.definition === null ? undefined : footprint(row.definition, this.#functions)
    const isMissing = row.reads.some((oid) => !this.#rows.has(oid))
    const untracked =
      row.kind === 'm' ||
      isMissing ||
      (view !== undefined && !view.cacheable) ||
      base.some((each) => !this.#isTracked(each))
    const isUnlogged = base.some(({ persistence }) => persistence === 'u')
    return {
      schema: row.schema,
      name: row.name,
      kind: kinds[row.kind],
      ...(isItself ? {} : { tables }),
      keys: row.kind === 'r' || row.kind === 'p' ? this.#keysOf(this.#rootOf(row)) : [],
      ...((row.persistence === 'u' || isUnlogged) && { persistence: 'unlogged' as const }),
      ...((row.rowSecurity || base.some((each) => each.rowSecurity)) && { rowSecurity: true }),
      ...(view !== undefined && view.kind !== 'read' && { writes: true }),
      ...(untracked && { untracked: true }),
    }
  }

  /** By the oid: that is what the stream tells, and it stays when a table gets another name. */
  schema(): Schema {
    const described = new Map(
      [...this.#rows.values()]
        .filter(({ kind }) => kind === 'r' || kind === 'p')
        .map((row) => [Number(row.oid), { row, tables: this.#tagged(row) }] as const),
    )
    return {
      describe(relation: WireRelation) {
        const known = described.get(relation.oid)
        if (!known) return undefined
        const { row, tables } = known
        const columns = new Set(row.columns.map(({ name }) => name))
        const isSame =
          row.schema === relation.schema &&
          row.name === relation.name &&
          relation.columns.every(({ name }) => columns.has(name))
        return isSame ? tables : undefined
      },
    }
  }

  /** Under which names a table's changes are told: its root's if it is a partition, and its parents'. */
  #tagged(row: RelationRow): readonly TaggedTable[] {
    const parents = row.partition ? [] : row.parents.flatMap((oid) => this.#rows.get(oid) ?? [])
    return [this.#rootOf(row), ...parents].map((each) => ({
      table: nameOf(each),
      keys: this.#keysOf(each).map(({ name }) => name),
    }))
  }

  #rootOf(row: RelationRow): RelationRow {
    return (row.partition && row.root !== null && this.#rows.get(row.root)) || row
  }

  #baseTables(row: RelationRow, seen: Set<string>): readonly RelationRow[] {
    if (seen.has(row.oid)) return []
    seen.add(row.oid)
    if (row.kind !== 'v') return [this.#rootOf(row)]
    const base = row.reads.flatMap((oid) => {
      const read = this.#rows.get(oid)
      return read ? this.#baseTables(read, seen) : []
    })
    return [...new Set(base)]
  }

  /** Every change to it reaches the stream. */
  #isTracked(row: RelationRow): boolean {
    if (row.kind === 'f' || row.kind === 'm' || row.kind === 'S') return false
    if (this.#copying.has(row.oid)) return false
    // Of a partitioned table only the leaves are published, and each has to be.
    if (row.kind === 'p') {
      const leaves = [...this.#rows.values()].filter(
        (each) => each.root === row.oid && each.kind !== 'p',
      )
      return leaves.every((leaf) => this.#isTracked(leaf))
    }
    const children = [...this.#rows.values()].filter(
      (each) => !each.partition && each.parents.includes(row.oid),
    )
    return row.published && !row.filtered && children.every((child) => this.#isTracked(child))
  }

  #keysOf(row: RelationRow): readonly KeyColumn[] {
    const name = formatName(nameOf(row))
    const short = formatName({ name: row.name })
    const configured = this.#keys.get(name) ?? this.#keys.get(short) ?? []
    const wanted = new Set([...row.primaryKey, ...configured])
    return row.columns.flatMap((column): KeyColumn[] => {
      const isSent = row.publishedColumns?.includes(column.name) ?? true
      const { type } = column
      if (!wanted.has(column.name) || column.generated || !column.exact || !isSent) return []
      return type !== null && isKeyType(type) ? [{ name: column.name, type }] : []
    })
  }
}

function isKeyType(type: string): type is KeyType {
  const known: readonly string[] = keyTypes
  return known.includes(type)
}

function nameOf({ schema, name }: RelationRow): Required<TableName> & { readonly schema: string } {
  return { schema, name }
}
