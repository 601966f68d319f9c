/**
 * What the user knows better than the text: functions that only read, tables that never leave the
 * primary, and rules that set how statements are answered. Checked whole when it is made.
 */
import { check, checkFields, checkList } from '../check.ts'
import type { Catalog } from './catalog.ts'
import type { Effect } from './effect.ts'
import type { Footprint } from './footprint.ts'
import { builtinEffect } from './functions.ts'
import { NamePatterns } from './name-patterns.ts'
import type { FunctionName, TableName } from './names.ts'
import type { Outcome } from './outcome.ts'
import { compileRule, type Rule, type RuleOptions } from './rules.ts'

export interface SqlPolicyOptions {
  readonly functions?: FunctionOptions | undefined
  /** Statements that touch these tables go to the primary: `ledger`, `billing.*`. */
  readonly primaryTables?: readonly string[] | undefined
  /** Asked in this order; the first that matches decides. */
  readonly rules?: readonly RuleOptions[] | undefined
}

/** Names as statements write them: `slug`, `app.visible_to`, and with a star at the end `st_*`. */
export interface FunctionOptions {
  /** Functions of yours that change nothing. What they read is not known, so no caching. */
  readonly readOnly?: readonly string[] | undefined
  /** Functions of yours whose answer depends on their arguments alone. */
  readonly cacheable?: readonly string[] | undefined
}

export interface RuleReport {
  readonly name: string
  /** How many statements it has decided. */
  readonly hits: number
}

/** What a policy says of one statement. */
export interface Decision {
  /** The rule that decided, or `primaryTables`; `undefined` if none did. */
  readonly rule: string | undefined
  readonly outcome: Outcome
}

export interface SqlPolicy {
  /** A catalog that knows the declared functions, in front of another one. */
  catalog(base?: Catalog): Catalog
  /** The first rule that matches. Counts the hit. */
  decide(sql: string, footprint: Footprint): Decision
  /** The rules in their order, with their hits. */
  report(): readonly RuleReport[]
}

const UNDECIDED: Decision = Object.freeze({ rule: undefined, outcome: Object.freeze({}) })
const PRIMARY: Decision = Object.freeze({
  rule: 'primaryTables',
  outcome: Object.freeze({ route: 'primary' }),
})

export function createSqlPolicy(options: SqlPolicyOptions = {}): SqlPolicy {
  checkFields('the policy', options, ['functions', 'primaryTables', 'rules'])
  const functions = options.functions ?? {}
  checkFields('functions', functions, ['readOnly', 'cacheable'])
  const readOnly = declared('functions.readOnly', functions.readOnly ?? [])
  const cacheable = declared('functions.cacheable', functions.cacheable ?? [])
  const primaryTables = patternsOf('primaryTables', options.primaryTables ?? [])
  const given = options.rules ?? []
  checkList('rules', given)
  const rules = given.map((rule, index) => compileRule(rule, index))
  const hits = new Map<Rule, number>(rules.map((rule) => [rule, 0]))

  function effect(name: FunctionName): Effect | undefined {
    if (cacheable.match(name)) return 'cacheable'
    return readOnly.match(name) ? 'read' : undefined
  }

  return {
    catalog: (base) => ({
      relation: base?.relation && ((name) => base.relation?.(name)),
      functionEffect: (name) => effect(name) ?? base?.functionEffect(name),
    }),
    decide(sql, footprint) {
      if (primaryTables.size > 0 && touches(footprint, primaryTables)) return PRIMARY
      const rule = rules.find((each) => each.matches(sql, footprint))
      if (!rule) return UNDECIDED
      hits.set(rule, (hits.get(rule) ?? 0) + 1)
      return { rule: rule.name, outcome: rule.outcome }
    },
    report: () => rules.map((rule) => ({ name: rule.name, hits: hits.get(rule) ?? 0 })),
  }
}

function patternsOf(field: string, names: readonly string[]): NamePatterns {
  checkList(field, names)
  check(
    names.every((name) => typeof name === 'string'),
    field,
    'a list of strings',
  )
  return new NamePatterns(field, names)
}

/** PostgreSQL's own functions are known: declaring one that writes would only break things. */
function declared(field: string, names: readonly string[]): NamePatterns {
  const declaration = patternsOf(field, names)
  for (const name of names) {
    const known = builtinEffect(name.replace(/^pg_catalog\./, ''))
    const isOwn = known === 'write' || known === 'session'
    check(!isOwn, field, `functions of yours: ${name} is PostgreSQL's own and no read`)
  }
  return declaration
}

/** Where tables are unknown any of them may be touched. */
function touches({ tables }: Footprint, patterns: NamePatterns): boolean {
  const any = (names: readonly TableName[] | 'unknown'): boolean =>
    names === 'unknown' || names.some((name) => patterns.match(name))
  return any(tables.read) || any(tables.written)
}
