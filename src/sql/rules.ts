/** Rules that say how statements are to be answered, by the tables, the text or the fingerprint. */
import { check, checkFields, checkWord } from '../check.ts'
import type { Footprint } from './footprint.ts'
import { NamePatterns } from './name-patterns.ts'
import { checkDurability, type Freshness, freshnessWords, type Outcome, routes } from './outcome.ts'

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
  checkFields(field, options, ['name', ...conditions, ...outcomes])
  const { name = `rule ${index + 1}`, table, text, fingerprint } = options
  check(typeof name === 'string', `${field}.name`, 'a string')
  check(isOneGiven(conditions, options), field, `a condition: ${conditions.join(', ')}`)
  check(isOneGiven(outcomes, options), field, `an outcome: ${outcomes.join(', ')}`)
  check(table === undefined || typeof table === 'string', `${field}.table`, 'a string')
  const tables = table === undefined ? undefined : new NamePatterns(`${field}.table`, [table])
  const isText = text === undefined || text instanceof RegExp
  check(isText, `${field}.text`, 'a regular expression')
  const remembers = text?.global || text?.sticky
  check(!remembers, `${field}.text`, 'neither of the flags g and y, which remember')
  const isHex = fingerprint === undefined || /^[0-9a-f]{16}$/.test(fingerprint)
  check(isHex, `${field}.fingerprint`, '16 hex digits in lower case')
  return {
    name,
    outcome: checkedOutcome(field, options),
    matches: (sql, footprint) =>
      (fingerprint === undefined || fingerprint === footprint.fingerprint) &&
      (tables === undefined || names(footprint, tables)) &&
      (text === undefined || text.test(sql)),
  }
}

function isOneGiven(keys: readonly (keyof RuleOptions)[], options: RuleOptions): boolean {
  return keys.some((key) => options[key] !== undefined)
}

function checkedOutcome(field: string, options: RuleOptions): Outcome {
  const { route, freshness, cache, pool, durability } = options
  checkWord(`${field}.route`, route, routes)
  check(
    freshness === undefined || isFreshness(freshness),
    `${field}.freshness`,
    `one of ${freshnessWords.join(', ')}, or { within: number }`,
  )
  const isCache = cache === undefined || typeof cache === 'boolean' || cache?.ttl > 0
  check(isCache, `${field}.cache`, 'true, false or { ttl: seconds }')
  const isPool = pool === undefined || (typeof pool === 'string' && pool !== '')
  check(isPool, `${field}.pool`, 'the name of a pool')
  checkDurability(`${field}.durability`, durability)
  return Object.freeze({ route, freshness, cache, pool, durability })
}

function isFreshness(freshness: Freshness): boolean {
  if (typeof freshness === 'string') return freshnessWords.includes(freshness)
  if (freshness === null || Object.keys(freshness).join() !== 'within') return false
  return Number.isFinite(freshness.within) && freshness.within >= 0
}

function names({ tables }: Footprint, patterns: NamePatterns): boolean {
  const read = tables.read !== 'unknown' && tables.read.some((name) => patterns.match(name))
  return read || (tables.written !== 'unknown' && tables.written.some((n) => patterns.match(n)))
}
