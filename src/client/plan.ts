/** What is to be done with statements: what they are, whether they may leave home, what they need. */
import type { Query } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import type { Footprint, FootprintMemo, Outcome, Route, SqlPolicy } from '../sql/index.ts'
import { DEFAULT_POOL } from '../topology/configuration.ts'
import type { Learned } from './learned.ts'
import type { FreshnessOption, NarrowingOptions } from './query-options.ts'

export interface Plan {
  readonly footprints: readonly Footprint[]
  /** The rule of the policy that decided, if one did. */
  readonly rule: string | undefined
  /** Anything that is not certainly a read. */
  readonly writes: boolean
  readonly route: Route
  readonly freshness: FreshnessOption
  readonly pool: string
}

interface Judges {
  readonly memo: FootprintMemo
  readonly policy: SqlPolicy
  readonly learned: Learned
  readonly defaults: NarrowingOptions
}

type Wishes = Pick<NarrowingOptions, 'freshness' | 'route' | 'pool'>

/**
 * The nearest word counts: the query's, the session's, the hint's, the rule's, then the client's.
 *
 * @param options of the query, then of the session
 */
export function makePlan(
  queries: readonly Query[],
  options: readonly NarrowingOptions[],
  { memo, policy, learned, defaults }: Judges,
): Plan {
  const footprints = queries.map(({ text }) => refuseMeaningless(memo.read(text)))
  const decisions = queries.map(({ text }) => policy.decide(text, memo.read(text)))
  const wishes = footprints.map((footprint, index) => {
    const words = [...options, footprint.hints, decisions[index]?.outcome ?? {}, defaults].map(
      toWishes,
    )
    return {
      freshness: words.find(({ freshness }) => freshness !== undefined)?.freshness ?? 'session',
      route: words.find(({ route }) => route !== undefined)?.route ?? 'nearest',
      pool: words.find(({ pool }) => pool !== undefined)?.pool ?? DEFAULT_POOL,
    }
  })
  const writes = footprints.some(
    ({ kind, fingerprint }) => kind !== 'read' || learned.has(fingerprint),
  )
  const routes = new Set(wishes.map(({ route }) => route))
  if (writes && routes.has('replica')) {
    const reasons = footprints.map(({ reason }) => reason).join('; ')
    throw refused(`A statement that is no read cannot go to a replica: ${reasons}.`)
  }
  // What a node tells of itself is asked of the primary, unless somebody says otherwise.
  const atHome =
    routes.has('primary') || (!routes.has('replica') && footprints.some(({ local }) => local))
  return {
    footprints,
    rule: decisions.find(({ rule }) => rule !== undefined)?.rule,
    writes,
    route: atHome ? 'primary' : routes.has('replica') ? 'replica' : 'nearest',
    pool: wishes[0]?.pool ?? DEFAULT_POOL,
    freshness: strictest(wishes.map(({ freshness }) => freshness)),
  }
}

/** What differs cannot be compared, but the newest data is enough for all. */
function strictest(all: readonly FreshnessOption[]): FreshnessOption {
  const [first, ...others] = all.filter((freshness) => freshness !== 'any')
  if (first === undefined) return 'any'
  return others.every((other) => other === first) ? first : 'strong'
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

function toWishes({ freshness, route, pool }: Outcome | NarrowingOptions): Wishes {
  const asked = typeof freshness === 'object' && 'withinMs' in freshness
  return { route, pool, freshness: asked ? { within: freshness.withinMs } : freshness }
}
