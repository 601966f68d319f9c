/** Joins what the text shows with what is known of the functions and tables that it names. */
import { type Catalog, primaryOnlyReason, type Relation, uncacheableReason } from './catalog.ts'
import { type Effect, worstEffect } from './effect.ts'
import type { Findings } from './findings.ts'
import type { Footprint } from './footprint.ts'
import { builtinEffect, isCalledByPlanner } from './functions.ts'
import type { Key } from './keys.ts'
import type { Kind, Statement } from './kind.ts'
import { formatName, type FunctionName, type TableName } from './names.ts'
import { isLocalRelation, isSystemRelation } from './system-relations.ts'
import { TextFootprint, type Verdict, type Wording } from './text-footprint.ts'

const severity: Readonly<Record<Kind, number>> = {
  empty: 0,
  read: 1,
  transaction: 2,
  session: 3,
  write: 4,
}

export function judge(
  statement: Statement,
  keys: readonly Key[],
  catalog: Catalog | undefined,
  wording: Wording,
): Footprint {
  return new TextFootprint(wording, new Judge(statement, catalog).run(keys))
}

/** Several statements are as bad as the worst of them. */
export function judgeAll(
  statements: readonly Statement[],
  catalog: Catalog | undefined,
  wording: Wording,
): Footprint {
  const judged = statements.map((statement) => new Judge(statement, catalog).run([]))
  const worst = judged.reduce((a, b) => (severity[b.kind] > severity[a.kind] ? b : a), nothing)
  return new TextFootprint(wording, {
    ...worst,
    reason: `of ${judged.length} statements one decides: ${worst.reason}`,
    statements: judged.length,
    tables: {
      read: joinTables(judged.map(({ tables }) => tables.read)),
      written: joinTables(judged.map(({ tables }) => tables.written)),
    },
    functions: [...new Set(judged.flatMap(({ functions }) => functions))],
    locks: [...new Set(judged.flatMap(({ locks }) => locks))],
    local: judged.some(({ local }) => local),
    cacheable: false,
    uncacheable: 'it is several statements',
  })
}

const NONE: readonly never[] = Object.freeze([])

/** What there is to say of blank space and comments. */
export const nothing: Verdict = Object.freeze({
  kind: 'empty',
  reason: 'there is nothing to run',
  statements: 0,
  tables: Object.freeze({ read: NONE, written: NONE }),
  functions: NONE,
  locks: NONE,
  explain: undefined,
  copy: undefined,
  local: false,
  cacheable: false,
  uncacheable: 'there is nothing to run',
  keys: NONE,
})

type Tables = readonly TableName[] | 'unknown'

function joinTables(lists: readonly Tables[]): Tables {
  const tables: TableName[] = []
  for (const list of lists) {
    if (list === 'unknown') return 'unknown'
    tables.push(...list)
  }
  return distinct(tables)
}

/** Up to here comparing each with each costs less than a set. */
const FEW = 8

function isFirst(table: TableName, index: number, tables: readonly TableName[]): boolean {
  for (let before = 0; before < index; before += 1) {
    const other = tables[before]
    if (other?.name === table.name && other.schema === table.schema) return false
  }
  return true
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  if (tables.length < 2 || (tables.length <= FEW && tables.every(isFirst))) return tables
  return [...new Map(tables.map((table) => [formatName(table), table])).values()]
}

class Judge {
  readonly #statement: Statement
  readonly #findings: Findings
  readonly #catalog: Catalog | undefined
  #kind: Kind
  #reason: string
  #uncacheable: string | undefined
  #local: boolean
  #tablesUnknown: boolean

  constructor(statement: Statement, catalog: Catalog | undefined) {
    this.#statement = statement
    this.#findings = statement.findings
    this.#catalog = catalog
    this.#kind = statement.kind
    this.#reason = statement.reason
    this.#uncacheable = statement.findings.uncacheable
    this.#tablesUnknown = statement.findings.tablesUnknown
    this.#local = statement.findings.local
  }

  run(keys: readonly Key[]): Verdict {
    const { locks, tablesWritten } = this.#findings
    const functions = this.#takeCalls()
    const read = this.#tablesRead()
    if (this.#kind !== 'read') this.#uncacheable = 'it is not a read'
    else if (this.#tablesUnknown) this.#keepOut('which tables it reads is not known')
    return {
      kind: this.#kind,
      reason: this.#reason,
      statements: 1,
      tables: {
        read: this.#tablesUnknown ? 'unknown' : read,
        written: this.#findings.tablesUnknown ? 'unknown' : distinct(tablesWritten),
      },
      functions,
      locks: locks.length > 1 ? [...new Set(locks)] : locks,
      explain: this.#statement.explain,
      copy: this.#statement.copy,
      local: this.#local,
      cacheable: this.#uncacheable === undefined,
      uncacheable: this.#uncacheable,
      keys: this.#kind === 'read' && !this.#tablesUnknown ? this.#soundKeys(keys) : [],
    }
  }

  #takeCalls(): readonly string[] {
    const { calls } = this.#findings
    if (calls.length === 0) return NONE
    const functions: string[] = []
    const seen = calls.length > FEW ? new Set<string>() : undefined
    for (const call of calls) {
      const text = formatName(call)
      if (seen ? seen.has(text) : functions.includes(text)) continue
      seen?.add(text)
      functions.push(text)
      this.#takeCall(text, call)
    }
    return functions
  }

  /** The reason that is first stays: it is nearest to the statement's beginning. */
  #raise(kind: Kind, reason: string): void {
    if (severity[kind] <= severity[this.#kind]) return
    this.#kind = kind
    this.#reason = reason
  }

  #keepOut(reason: string): void {
    this.#uncacheable ??= reason
  }

  #takeCall(text: string, call: FunctionName): void {
    const builtin = call.schema === undefined ? builtinEffect(call.name) : undefined
    const user = this.#catalog?.functionEffect(call)
    if (user !== undefined && user !== 'cacheable') this.#tablesUnknown = true
    const effect = user && builtin ? worstEffect(user, builtin) : (user ?? builtin)
    if (effect === undefined) {
      this.#raise('write', `it calls ${text}, which is not known to only read`)
      this.#tablesUnknown = true
    } else this.#takeEffect(text, effect, user === undefined)
  }

  #takeEffect(text: string, effect: Effect, builtin: boolean): void {
    // A volatile function runs when the statement does; the planner calls the others to estimate.
    const runs = this.#statement.explain !== 'plan' || !builtin || isCalledByPlanner(text)
    if (effect === 'write' && runs) {
      this.#raise('write', `it calls ${text}, which does more than read or needs the primary`)
    } else if (effect === 'session' && runs) {
      this.#raise('session', `it calls ${text}, which belongs to one connection`)
    } else if (effect === 'local') {
      this.#local = true
      this.#keepOut(`it calls ${text}, which answers for the node it runs on`)
    } else if (effect === 'read') this.#keepOut(`it calls ${text}, whose answer varies`)
  }

  #tablesRead(): readonly TableName[] {
    const { tablesRead } = this.#findings
    const resolved: TableName[] = []
    for (const table of tablesRead) {
      if (table.schema === 'pg_temp') this.#raise('session', 'it reads a temporary table')
      if (isSystemRelation(table)) {
        this.#keepOut(`it reads ${formatName(table)}, a system catalog`)
        if (isLocalRelation(table)) this.#local = true
        if (this.#catalog !== undefined) resolved.push(table)
      } else if (this.#catalog?.relation !== undefined) {
        resolved.push(...this.#resolve(table, this.#catalog.relation(table)))
      }
    }
    return distinct(this.#catalog?.relation === undefined ? tablesRead : resolved)
  }

  /** The tables whose changes show in this one. */
  #resolve(table: TableName, relation: Relation | undefined): readonly TableName[] {
    const name = formatName(table)
    if (relation === undefined) {
      this.#keepOut(`${name} is not in the catalog`)
      return [table]
    }
    const primaryOnly = primaryOnlyReason(relation)
    if (primaryOnly) this.#raise('write', `${name} ${primaryOnly}`)
    if (relation.persistence === 'temporary') this.#raise('session', `${name} is temporary`)
    const uncacheable = uncacheableReason(relation)
    if (uncacheable) this.#keepOut(`${name} ${uncacheable}`)
    return relation.tables
  }

  /** With a catalog, only columns that it raises row tags for. */
  #soundKeys(keys: readonly Key[]): readonly Key[] {
    const [table] = this.#findings.tablesRead
    if (this.#catalog?.relation === undefined || table === undefined) return keys
    const relation = this.#catalog.relation(table)
    return keys.filter(({ column }) => relation?.keys.includes(column))
  }
}
