/**
 * The catalog that the consumer publishes in the tide table, as text, and what `footprint` asks of
 * it. Pure: a consumer writes the text, any isolate reads it.
 */
import { TidegateError } from '../errors.ts'
import type { Catalog, Relation } from '../sql/catalog.ts'
import type { Effect } from '../sql/effect.ts'
import type { TableName } from '../sql/names.ts'

export interface CatalogText {
  readonly version: 1
  /** Where names without a schema are looked for, in this order. */
  readonly searchPath: readonly string[]
  readonly relations: readonly CatalogRelation[]
  readonly functions: readonly CatalogFunction[]
}

export interface CatalogRelation extends Omit<Relation, 'keys' | 'tables'> {
  readonly schema: string
  readonly name: string
  /** Left out where it is the relation itself. */
  readonly tables?: readonly Required<TableName>[] | undefined
  readonly keys: readonly KeyColumn[]
}

export interface KeyColumn {
  readonly name: string
  /** By it a query's value is brought into the form in which the consumer has it. */
  readonly type: KeyType
}

/** As `pg_type` names them. Values of these are equal if and only if they are the same text. */
export const keyTypes = ['int2', 'int4', 'int8', 'uuid', 'text', 'varchar', 'bool'] as const
export type KeyType = (typeof keyTypes)[number]

export interface CatalogFunction {
  readonly schema: string
  readonly name: string
  readonly effect: Effect
}

export interface KnownRelation extends Relation {
  readonly keyTypes: ReadonlyMap<string, KeyType>
}

export interface KnownCatalog extends Catalog {
  readonly relation: (name: TableName) => KnownRelation | undefined
}

export function encodeCatalogText(catalog: CatalogText): string {
  return JSON.stringify(catalog)
}

/** @throws TidegateError `POSITION_MALFORMED` if it is not what a consumer of this version publishes */
export function readPublishedCatalog(json: string): KnownCatalog {
  const { searchPath, relations, functions } = parse(json)
  const relationsByName = new Map(
    relations.map((relation) => [key(relation), toRelation(relation)] as const),
  )
  const effects = new Map(functions.map((each) => [key(each), each.effect] as const))

  /** A name means the first that there is along the search path. */
  function find<T>(known: ReadonlyMap<string, T>, { schema, name }: TableName): T | undefined {
    for (const each of schema === undefined ? searchPath : [schema]) {
      const found = known.get(key({ schema: each, name }))
      if (found !== undefined) return found
    }
    return undefined
  }

  return {
    relation: (name) => find(relationsByName, name),
    // Overloads in different schemas are told apart by their arguments, which no text shows.
    functionEffect: (name) => worst(effects, searchPath, name),
  }
}

const severity: readonly Effect[] = ['cacheable', 'read', 'local', 'session', 'write']

function worst(
  effects: ReadonlyMap<string, Effect>,
  searchPath: readonly string[],
  { schema, name }: TableName,
): Effect | undefined {
  const schemas = schema === undefined ? searchPath : [schema]
  const found = new Set(schemas.map((each) => effects.get(key({ schema: each, name }))))
  return severity.findLast((effect) => found.has(effect))
}

function toRelation({ schema, name, tables, keys, ...rest }: CatalogRelation): KnownRelation {
  return {
    ...rest,
    tables: tables ?? [{ schema, name }],
    keys: keys.map((column) => column.name),
    keyTypes: new Map(keys.map((column) => [column.name, column.type])),
  }
}

/** A name holds no zero byte. */
function key({ schema, name }: TableName): string {
  return `${schema ?? ''}\0${name}`
}

function parse(json: string): CatalogText {
  try {
    const value: unknown = JSON.parse(json)
    if (isCatalogText(value)) return value
  } catch {
    // Said below, without the text.
  }
  throw new TidegateError('POSITION_MALFORMED', 'Expected a catalog as the consumer publishes it.')
}

/** It comes from the tide table, which only consumers write: the version vouches for the rest. */
function isCatalogText(value: unknown): value is CatalogText {
  if (typeof value !== 'object' || value === null) return false
  const { version, searchPath, relations, functions }: Partial<Record<keyof CatalogText, unknown>> =
    value
  return (
    version === 1 &&
    Array.isArray(searchPath) &&
    Array.isArray(relations) &&
    Array.isArray(functions)
  )
}
