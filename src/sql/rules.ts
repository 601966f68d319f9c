/** Rules that say how statements are to be answered, by the tables, the text or the fingerprint. */
import type { Footprint } from './footprint.ts'
import { NamePatterns } from './name-patterns.ts'
import { checkDurability, type Freshness, freshnessWords, type Outcome, routes } from './outcome.ts'
import { fieldsOf, invalid } from './validate.ts'

/** At least one condition and one outcome. All the conditions that are given must hold. */
export interface RuleOptions extends Outcome {
  /** For reports. @default its place: `rule 1` */
  readonly name?: string | undefined
  /** A table that the statement reads or writes: `orders`, `billing.*`. */
  readonly table?: string | undefined
  /** Tried on the whole text. Slower than the other two. */
  readonly text?: RegExp | undefined
  /** As `Footprint.fingerprint` has it. */
  readonly fingerprint?: string | undefined
}

export interface Rule {
  readonly name: string
  readonly outcome: Outcome
  matches(sql: string, footprint: Footprint): boolean
}

const conditions = ['table', 'text', 'fingerprint'] as const
const outcomes = ['route', 'freshness', 'cache', 'pool', 'durability'] as const

export function compileRule(options: RuleOptions, index: number): Rule {
  const field = `rules[${index}]`
  fieldsOf(field, options, ['name', ...conditions, ...outcomes])
  const { name = `rule ${index + 1}`, table, text, fingerprint } = options
  if (typeof name !== 'string') throw invalid(`${field}.name`, 'should be a string')
  if (conditions.every((key) => options[key] === undefined)) {
    throw invalid(field, `should have a condition: ${conditions.join(', ')}`)
  }
  if (outcomes.every((key) => options[key] === undefined)) {
    throw invalid(field, `should have an outcome: ${outcomes.join(', ')}`)
  }
  if (table !== undefined && typeof table !== 'string') {
    throw invalid(`${field}.table`, 'should be a string')
  }
  const tables = table === undefined ? undefined : new NamePatterns(`${field}.table`, [table])
  checkText(field, text)
  if (fingerprint !== undefined && !/^[0-9a-f]{16}$/.test(fingerprint)) {
    throw invalid(`${field}.fingerprint`, 'should be 16 hex digits in lower case')
  }
  return {
    name,
    outcome: checkedOutcome(field, options),
    matches: (sql, footprint) =>
      (fingerprint === undefined || fingerprint === footprint.fingerprint) &&
      (tables === undefined || names(footprint, tables)) &&
      (text === undefined || text.test(sql)),
  }
}

function checkText(field: string, text: unknown): void {
  if (text === undefined) return
  if (!(text instanceof RegExp)) throw invalid(`${field}.text`, 'should be a regular expression')
  if (text.global || text.sticky) {
    throw invalid(`${field}.text`, 'should have neither of the flags g and y, which remember')
  }
}

function checkedOutcome(field: string, options: RuleOptions): Outcome {
  const { route, freshness, cache, pool, durability } = options
  if (route !== undefined && !routes.includes(route)) {
    throw invalid(`${field}.route`, `should be one of ${routes.join(', ')}`)
  }
  if (freshness !== undefined) checkFreshness(field, freshness)
  if (cache !== undefined && typeof cache !== 'boolean' && !(cache?.ttl > 0)) {
    throw invalid(`${field}.cache`, 'should be true, false or { ttl: seconds }')
  }
  if (pool !== undefined && (typeof pool !== 'string' || pool === '')) {
    throw invalid(`${field}.pool`, 'should be the name of a pool')
  }
  checkDurability(`${field}.durability`, durability)
  return Object.freeze({ route, freshness, cache, pool, durability })
}

function checkFreshness(field: string, freshness: Freshness): void {
  if (typeof freshness === 'string') {
    if (freshnessWords.includes(freshness)) return
  } else if (freshness !== null && Object.keys(freshness).join() === 'within') {
    if (Number.isFinite(freshness.within) && freshness.within >= 0) return
  }
  const words = freshnessWords.join(', ')
  throw invalid(`${field}.freshness`, `should be one of ${words}, or { within: number }`)
}

function names({ tables }: Footprint, patterns: NamePatterns): boolean {
  const read = tables.read !== 'unknown' && tables.read.some((name) => patterns.match(name))
  return read || (tables.written !== 'unknown' && tables.written.some((n) => patterns.match(n)))
}
