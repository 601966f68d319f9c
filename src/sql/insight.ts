/**
 * What only those ask of a footprint who keep answers: on which rows one depends, what the catalog tells
 * of its tables. A client without a cache carries none of it.
 */
import type { Catalog, Relation } from './catalog.ts'
import { findKeys } from './keys.ts'
import { formatName, type TableName } from './names.ts'
import type { Scan } from './scan-state.ts'

export interface Insight {
  /** Finds the keys that the text proves. Comes before `judge`. */
  readonly findKeys: (scan: Scan) => void
  /** Keeps those that are sound by what else is known. Comes after it. */
  readonly keepKeys: (scan: Scan) => void
  /** The tables whose changes show in one. `undefined`: those that the text names. */
  readonly tablesBehind: ((scan: Scan, table: TableName) => readonly TableName[]) | undefined
}

const ofText: Insight = { findKeys, keepKeys: keepReadKeys, tablesBehind: undefined }

export function insightOf(catalog: Catalog | undefined): Insight {
  if (!catalog?.relation) return ofText
  const relationOf = (table: TableName): Relation | undefined => catalog.relation?.(table)
  return {
    ...ofText,
    keepKeys(scan) {
      keepReadKeys(scan)
      const [table] = scan.tablesRead
      if (scan.keys.length === 0 || !table) return
      // Only columns that row tags are raised for.
      const columns = relationOf(table)?.keys
      scan.keys = scan.keys.filter(({ column }) => columns?.includes(column))
    },
    tablesBehind: (scan, table) => tablesBehind(scan, table, relationOf(table)),
  }
}

function keepReadKeys(scan: Scan): void {
  if (scan.keys.length === 0) return
  if (scan.kind !== 'read' || scan.tables.read === 'unknown') scan.keys = []
}

function tablesBehind(
  scan: Scan,
  table: TableName,
  relation: Relation | undefined,
): readonly TableName[] {
  const name = formatName(table)
  if (relation === undefined) {
    scan.notCacheable(`${name} is not in the catalog`)
    return [table]
  }
  const primaryOnly = primaryOnlyReason(relation)
  if (primaryOnly) scan.raise('write', `${name} ${primaryOnly}`)
  if (relation.persistence === 'temporary') scan.raise('session', `${name} is temporary`)
  const uncacheable = uncacheableReason(relation)
  if (uncacheable) scan.notCacheable(`${name} ${uncacheable}`)
  return relation.tables
}

/** Why reading it needs the primary; for people. */
function primaryOnlyReason(relation: Relation): string | undefined {
  if (relation.writes) return 'writes when it is read'
  if (relation.persistence === 'unlogged') return 'is unlogged: a standby does not have it'
  return undefined
}

/** Why no answer from it may be cached; for people. */
function uncacheableReason(relation: Relation): string | undefined {
  if (relation.rowSecurity) return 'shows each user other rows'
  if (relation.kind === 'foreign table') return 'is a foreign table'
  if (relation.kind === 'sequence') return 'is a sequence'
  if (relation.untracked) return 'has changes that do not reach the consumer'
  return undefined
}
