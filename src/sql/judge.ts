/** Joins what the text shows with what is known of the functions and tables that it names. */
import type { FunctionCatalog } from './catalog.ts'
import { worstEffect } from './effect.ts'
import { builtinEffect, isCalledByPlanner } from './functions.ts'
import type { Insight } from './insight.ts'
import { formatName, type FunctionName, type TableName } from './names.ts'
import type { Scan } from './scan-state.ts'
import { isLocalRelation, isSystemRelation } from './system-relations.ts'

/**
 * Ends what the scan has begun: its kind, its tables and functions.
 *
 * @param functions what is known of the user's own
 */
export function judge(
  scan: Scan,
  functions: FunctionCatalog | undefined,
  insight: Insight | undefined,
): void {
  const { calls, tablesRead, tablesWritten } = scan
  let readsUnknown = scan.tablesUnknown
  if (calls.length > 0) readsUnknown = takeCalls(scan, calls, functions) || readsUnknown
  const read = takeTables(scan, tablesRead, insight)
  scan.tables = {
    read: readsUnknown ? 'unknown' : distinct(read),
    written: scan.tablesUnknown ? 'unknown' : distinct(tablesWritten),
  }
  if (scan.kind !== 'read') scan.uncacheable = 'it is not a read'
  else if (readsUnknown) scan.notCacheable('which tables it reads is not known')
}

/** Up to here comparing each with each costs less than a set. */
const FEW = 8

export function distinct(tables: readonly TableName[]): readonly TableName[] {
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

/** Whether they may read tables that the text does not name. */
function takeCalls(
  scan: Scan,
  calls: readonly FunctionName[],
  functions: FunctionCatalog | undefined,
): boolean {
  const names: string[] = []
  const seen = calls.length > FEW ? new Set<string>() : undefined
  let readsUnknown = false
  for (const call of calls) {
    const name = formatName(call)
    if (seen ? seen.has(name) : names.includes(name)) continue
    seen?.add(name)
    names.push(name)
    if (takeCall(scan, name, call, functions)) readsUnknown = true
  }
  scan.functions = names
  return readsUnknown
}

function takeCall(
  scan: Scan,
  name: string,
  call: FunctionName,
  functions: FunctionCatalog | undefined,
): boolean {
  const builtin = call.schema === undefined ? builtinEffect(call.name) : undefined
  const user = functions?.functionEffect(call)
  const effect = user && builtin ? worstEffect(user, builtin) : (user ?? builtin)
  // A volatile function runs when the statement does; the planner calls the others to estimate.
  const runs = scan.explain !== 'plan' || user !== undefined || isCalledByPlanner(name)
  if (effect === undefined) {
    scan.raise('write', `it calls ${name}, which is not known to only read`)
  } else if (effect === 'write') {
    if (runs) scan.raise(effect, `it calls ${name}, which does more than read or needs the primary`)
  } else if (effect === 'session') {
    if (runs) scan.raise(effect, `it calls ${name}, which belongs to one connection`)
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
  insight: Insight | undefined,
): readonly TableName[] {
  const tablesBehind = insight?.tablesBehind
  const resolved: TableName[] = []
  for (const table of tables) {
    if (table.schema === 'pg_temp') scan.raise('session', 'it reads a temporary table')
    if (isSystemRelation(table)) {
      scan.notCacheable(`it reads ${formatName(table)}, a system catalog`)
      if (isLocalRelation(table)) scan.local = true
      resolved.push(table)
    } else if (tablesBehind) resolved.push(...tablesBehind(scan, table))
  }
  return tablesBehind ? resolved : tables
}
