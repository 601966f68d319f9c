/** Joins what the text shows with what is known of the functions and tables that it names. */
import { type Catalog, primaryOnlyReason, uncacheableReason } from './catalog.ts'
import { worstEffect } from './effect.ts'
import { builtinEffect, isCalledByPlanner } from './functions.ts'
import { isWorse, type Kind } from './kind.ts'
import { formatName, type FunctionName, type TableName } from './names.ts'
import type { Scan } from './scan-state.ts'
import { isLocalRelation, isSystemRelation } from './system-relations.ts'
import type { Verdict } from './text-footprint.ts'

/** Ends what the scan has begun: its kind, its tables and functions, and which of its keys are sound. */
export function judge(scan: Scan, catalog: Catalog | undefined): void {
  const { calls, tablesRead, tablesWritten } = scan
  let readsUnknown = scan.tablesUnknown
  if (calls.length > 0) readsUnknown = takeCalls(scan, calls, catalog) || readsUnknown
  const read = takeTables(scan, tablesRead, catalog)
  scan.tables = {
    read: readsUnknown ? 'unknown' : distinct(read),
    written: scan.tablesUnknown ? 'unknown' : distinct(tablesWritten),
  }
  if (scan.kind !== 'read') scan.uncacheable = 'it is not a read'
  else if (readsUnknown) scan.notCacheable('which tables it reads is not known')
  if (scan.keys.length > 0) {
    const [table] = tablesRead
    if (scan.kind !== 'read' || readsUnknown) scan.keys = []
    // With a catalog, only columns that it raises row tags for.
    else if (catalog?.relation && table) {
      const columns = catalog.relation(table)?.keys
      scan.keys = scan.keys.filter(({ column }) => columns?.includes(column))
    }
  }
}

/** Several statements are as bad as the worst of them. */
export function joinVerdicts(all: readonly Verdict[]): Verdict {
  const worst = all.reduce((a, b) => (isWorse(b.kind, a.kind) ? b : a))
  return {
    ...worst,
    reason: `of ${all.length} statements one decides: ${worst.reason}`,
    statements: all.length,
    tables: {
      read: joinTables(all.map(({ tables }) => tables.read)),
      written: joinTables(all.map(({ tables }) => tables.written)),
    },
    functions: [...new Set(all.flatMap(({ functions }) => functions))],
    locks: [...new Set(all.flatMap(({ locks }) => locks))],
    local: all.some(({ local }) => local),
    uncacheable: 'it is several statements',
    keys: [],
  }
}

type Tables = readonly TableName[] | 'unknown'

function joinTables(lists: readonly Tables[]): Tables {
  const known = lists.filter((list) => list !== 'unknown')
  return known.length < lists.length ? 'unknown' : distinct(known.flat())
}

/** Up to here comparing each with each costs less than a set. */
const FEW = 8

function distinct(tables: readonly TableName[]): readonly TableName[] {
  const { length } = tables
  if (length < 2 || (length <= FEW && !hasTwins(tables))) return tables
  return [...new Map(tables.map((table) => [formatName(table), table])).values()]
}

function hasTwins(tables: readonly TableName[]): boolean {
  for (let at = 1; at < tables.length; at += 1) {
    const table = tables[at]
    for (let before = 0; before < at; before += 1) {
      const other = tables[before]
      if (other?.name === table?.name && other?.schema === table?.schema) return true
    }
  }
  return false
}

/** The reason that is first stays: it is nearest to the statement's beginning. */
function raise(scan: Scan, kind: Kind, reason: string): void {
  if (isWorse(kind, scan.kind)) scan.be(kind, reason)
}

/** Whether they may read tables that the text does not name. */
function takeCalls(
  scan: Scan,
  calls: readonly FunctionName[],
  catalog: Catalog | undefined,
): boolean {
  const names: string[] = []
  const seen = calls.length > FEW ? new Set<string>() : undefined
  let readsUnknown = false
  for (const call of calls) {
    const name = formatName(call)
    if (seen ? seen.has(name) : names.includes(name)) continue
    seen?.add(name)
    names.push(name)
    if (takeCall(scan, name, call, catalog)) readsUnknown = true
  }
  scan.functions = names
  return readsUnknown
}

function takeCall(
  scan: Scan,
  name: string,
  call: FunctionName,
  catalog: Catalog | undefined,
): boolean {
  const builtin = call.schema === undefined ? builtinEffect(call.name) : undefined
  const user = catalog?.functionEffect(call)
  const effect = user && builtin ? worstEffect(user, builtin) : (user ?? builtin)
  // A volatile function runs when the statement does; the planner calls the others to estimate.
  const runs = scan.explain !== 'plan' || user !== undefined || isCalledByPlanner(name)
  if (effect === undefined) {
    raise(scan, 'write', `it calls ${name}, which is not known to only read`)
  } else if (effect === 'write') {
    if (runs)
      raise(scan, effect, `it calls ${name}, which does more than read or needs the primary`)
  } else if (effect === 'session') {
    if (runs) raise(scan, effect, `it calls ${name}, which belongs to one connection`)
  } else if (effect === 'local') {
    scan.local = true
    scan.notCacheable(`it calls ${name}, which answers for the node it runs on`)
  } else if (effect === 'read') scan.notCacheable(`it calls ${name}, whose answer varies`)
  return effect === undefined || (user !== undefined && user !== 'cacheable')
}

/** The tables whose changes show in those that it reads. */
function takeTables(
  scan: Scan,
  tables: readonly TableName[],
  catalog: Catalog | undefined,
): readonly TableName[] {
  const resolved: TableName[] = []
  for (const table of tables) {
    if (table.schema === 'pg_temp') raise(scan, 'session', 'it reads a temporary table')
    if (isSystemRelation(table)) {
      scan.notCacheable(`it reads ${formatName(table)}, a system catalog`)
      if (isLocalRelation(table)) scan.local = true
      resolved.push(table)
    } else if (catalog?.relation) resolved.push(...resolve(scan, table, catalog))
  }
  return catalog?.relation ? resolved : tables
}

function resolve(scan: Scan, table: TableName, catalog: Catalog): readonly TableName[] {
  const name = formatName(table)
  const relation = catalog.relation?.(table)
  if (relation === undefined) {
    scan.notCacheable(`${name} is not in the catalog`)
    return [table]
  }
  const primaryOnly = primaryOnlyReason(relation)
  if (primaryOnly) raise(scan, 'write', `${name} ${primaryOnly}`)
  if (relation.persistence === 'temporary') raise(scan, 'session', `${name} is temporary`)
  const uncacheable = uncacheableReason(relation)
  if (uncacheable) scan.notCacheable(`${name} ${uncacheable}`)
  return relation.tables
}
