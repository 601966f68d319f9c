/** What a statement is, as Tidegate sees it: the footprint, and what follows from it. */
import { everyRowTag, rowTagPrefix, tableTag } from '../../src/cache/tags.ts'
import {
  type Catalog,
  type Footprint,
  footprint,
  formatName,
  type Key,
  type KeyValue,
  type Outcome,
  type SqlPolicy,
  type TableName,
} from '../../src/sql/index.ts'

export interface Explanation {
  readonly kind: Footprint['kind']
  readonly reason: string
  readonly statements: number
  readonly reads: readonly string[] | 'unknown'
  readonly writes: readonly string[] | 'unknown'
  readonly functions: readonly string[]
  readonly locks: readonly string[]
  /** Its answer is about the node that gives it. */
  readonly local: boolean
  readonly keys: readonly string[]
  /** What a cached answer would depend on; none if it is not cached. */
  readonly tags: readonly string[]
  readonly cacheable: boolean
  readonly uncacheable: string | undefined
  readonly hints: Outcome
  readonly rule: string | undefined
  /** What the hints ask for, and then the rule. */
  readonly asks: Outcome
  /** Why the SDK would refuse it. */
  readonly refused: string | undefined
  readonly fingerprint: string
}

export function explain(sql: string, policy: SqlPolicy, catalog: Catalog | undefined): Explanation {
  const print = footprint(sql, policy.catalog(catalog))
  const { rule, outcome } = policy.decide(sql, print)
  const { unknown, ...hints } = print.hints
  const asks: Outcome = {
    route: hints.route ?? outcome.route,
    freshness: hints.freshness ?? outcome.freshness,
    cache: hints.cache ?? outcome.cache,
    pool: hints.pool ?? outcome.pool,
    durability: hints.durability ?? outcome.durability,
  }
  const cacheable = print.cacheable && asks.cache !== false
  return {
    kind: print.kind,
    reason: print.reason,
    statements: print.statements,
    reads: namesOf(print.tables.read),
    writes: namesOf(print.tables.written),
    functions: print.functions,
    locks: print.locks,
    local: print.local,
    keys: print.keys.map(({ column, values }) => `${column} = ${values.map(valueOf).join(', ')}`),
    tags: cacheable ? tagsOf(print, catalog) : [],
    cacheable,
    uncacheable: cacheable ? undefined : (print.uncacheable ?? 'a hint or a rule says so'),
    hints,
    rule,
    asks,
    refused: refusalOf(print, unknown),
    fingerprint: print.fingerprint,
  }
}

/** As the SDK refuses. */
function refusalOf(
  { kind, statements, reason }: Footprint,
  unknownHints: readonly string[],
): string | undefined {
  if (unknownHints.length > 0) {
    return `the hint comment has words that mean nothing: ${unknownHints.join(', ')}`
  }
  if (statements > 1) return `the text holds ${statements} statements; use sql.transaction([...])`
  if (kind === 'empty') return 'the text holds no statement'
  if (kind === 'session' || kind === 'transaction') {
    return `each query has a connection of its own, so this has no effect: ${reason}`
  }
  return undefined
}

function namesOf(tables: readonly TableName[] | 'unknown'): readonly string[] | 'unknown' {
  return tables === 'unknown' ? tables : tables.map((name) => formatName(name))
}

/** A row's tag only where the consumer raises one: for keys that the catalog knows, if there is one. */
function tagsOf({ tables, keys }: Footprint, catalog: Catalog | undefined): readonly string[] {
  if (tables.read === 'unknown') return []
  const bases = tables.read.flatMap((name) => {
    const relation = catalog?.relation?.(name)
    return relation ? relation.tables : [name]
  })
  const [named] = tables.read
  const [table] = bases
  const known = named && catalog?.relation?.(named)?.keys
  const key = keys.find(({ column }) => known === undefined || known.includes(column))
  if (table && bases.length === 1 && key) return [...rowTags(table, key), everyRowTag(table)]
  return bases.map((base) => tableTag(base))
}

function rowTags(table: TableName, { column, values }: Key): readonly string[] {
  return values.map((value) => rowTagPrefix(table, column) + valueOf(value))
}

function valueOf(value: KeyValue): string {
  if ('literal' in value) return value.literal
  return 'parameter' in value ? `$${value.parameter}` : `each of $${value.elementsOf}`
}
