/** What is to be done with statements: what they are, whether they may leave home, what they need. */
import { checkWord } from '../check.ts'
import type { Query, TransactionOptions } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import type { Durability, Footprint, Route, SqlPolicy } from '../sql/index.ts'
import { durabilities } from '../sql/outcome.ts'
import { DEFAULT_POOL } from '../topology/configuration.ts'
import type { Footprints } from './footprints.ts'
import type { Learned } from './learned.ts'
import type { CacheOption, FreshnessOption, NarrowingOptions } from './query-options.ts'
import { strictest } from './strictest.ts'

export interface Plan {
  readonly cache: CacheOption
  readonly footprints: readonly Footprint[]
  /** The rule of the policy that decided, if one did. */
  readonly rule: string | undefined
  /** Anything that is not certainly a read. */
  readonly writes: boolean
  readonly route: Route
  readonly freshness: FreshnessOption
  readonly pool: string
  readonly durability: Durability | undefined
}

interface Judges {
  readonly footprints: Footprints
  readonly policy: SqlPolicy
  readonly learned: Learned
  /** Of the replicas. Where there is only one, any name stands for it. */
  readonly pools: ReadonlySet<string>
  readonly defaults: NarrowingOptions
}

interface Wishes {
  readonly cache: CacheOption
  readonly freshness: FreshnessOption
  readonly route: Route
  readonly pool: string
  readonly durability: Durability | undefined
}

type Words = Pick<NarrowingOptions, keyof Wishes>

/**
 * The nearest word counts: the query's, the session's, the hint's, the rule's, then the client's.
 *
 * @param said of each query
 */
export function makePlan(
  queries: readonly Query[],
  said: readonly NarrowingOptions[],
  session: NarrowingOptions,
  { footprints: known, policy, learned, defaults, pools }: Judges,
  transaction: TransactionOptions | undefined,
): Plan {
  let rule: string | undefined
  const footprints: Footprint[] = []
  const wishes: Wishes[] = []
  let index = 0
  for (const { text } of queries) {
    const footprint = refuseMeaningless(known.read(text))
    const decision = policy.decide(text, footprint)
    rule ??= decision.rule
    footprints.push(footprint)
    const own = said[index++] ?? {}
    wishes.push(joinWishes([own, session, footprint.hints, decision.outcome, defaults]))
  }
  const writes =
    footprints.some(({ kind }) => kind !== 'read') || isLearned(footprints, transaction, learned)
  const goes = (where: Route): boolean => wishes.some(({ route }) => route === where)
  if (writes && goes('replica')) {
    const reasons = footprints.map(({ reason }) => reason).join('; ')
    throw refused(`A statement that is no read cannot go to a replica: ${reasons}.`)
  }
  const pool = wishes[0]?.pool ?? DEFAULT_POOL
  // A misspelt one has no replicas, and what was to spare the primary would all go there.
  if (pools.size > 1) checkWord('pool', pool, [...pools])
  // What a node tells of itself is asked of the primary, unless somebody says otherwise.
  const atHome = goes('primary') || (!goes('replica') && footprints.some(({ local }) => local))
  return {
    footprints,
    cache: wishes[0]?.cache ?? false,
    rule,
    writes,
    route: atHome ? 'primary' : goes('replica') ? 'replica' : 'nearest',
    pool,
    freshness: strictest(wishes.map(({ freshness }) => freshness)),
    durability: strongest(wishes),
  }
}

/** By what statements are remembered that a replica refuses. Of several it may be any of them. */
export function lessonOf(
  footprints: readonly Footprint[],
  transaction: TransactionOptions | undefined,
): string {
  // No standby runs this one level, and that tells nothing of the statements.
  const level = transaction?.isolationLevel === 'Serializable' ? ' serializable' : ''
  return footprints.map(({ fingerprint }) => fingerprint).join('; ') + level
}

function isLearned(
  footprints: readonly Footprint[],
  transaction: TransactionOptions | undefined,
  learned: Learned,
): boolean {
  // Mostly there is nothing.
  if (learned.size === 0) return false
  if (footprints.some(({ fingerprint }) => learned.has(fingerprint))) return true
  return learned.has(lessonOf(footprints, transaction))
}

/** Where some say it, what says nothing counts as `on`, so that nobody else's word weakens it. */
function strongest(wishes: readonly Wishes[]): Durability | undefined {
  if (!wishes.some(({ durability }) => durability)) return undefined
  return durabilities.findLast((one) => wishes.some(({ durability = 'on' }) => durability === one))
}

function refuseMeaningless(footprint: Footprint): Footprint {
  const { kind, statements, reason, hints } = footprint
  if (hints.unknown.length > 0) {
    throw refused(`The hint comment has words that mean nothing: ${hints.unknown.join(', ')}.`)
  }
  if (statements > 1) {
    throw refused(`The text holds ${statements} statements. Use sql.transaction([...]).`)
  }
  if (kind === 'empty') throw refused('The text holds no statement.')
  if (kind === 'session' || kind === 'transaction') {
    throw refused(`Each query has a connection of its own, so this has no effect: ${reason}.`)
  }
  return footprint
}

function refused(message: string): TidegateError {
  return new TidegateError('STATEMENT_REFUSED', message)
}

/** The first word counts, for each wish by itself. */
function joinWishes(words: readonly Words[]): Wishes {
  let [freshness, route, pool]: [FreshnessOption?, Route?, string?] = []
  let [cache, durability]: [CacheOption?, Durability?] = []
  for (const word of words) {
    freshness ??= word.freshness
    route ??= word.route
    pool ??= word.pool
    cache ??= word.cache
    durability ??= word.durability
  }
  return {
    freshness: freshness ?? 'session',
    route: route ?? 'nearest',
    pool: pool ?? DEFAULT_POOL,
    cache: cache ?? false,
    durability,
  }
}
