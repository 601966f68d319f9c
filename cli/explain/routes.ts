/** Where a read would go now, from each region: the gate's own decision, on what the nodes say of themselves. */
import { chooser } from '../../src/gate/balance.ts'
import { decide, type Option } from '../../src/gate/decide.ts'
import type { Need } from '../../src/gate/need.ts'
import { toLsn } from '../../src/tide/lsn.ts'
import { POSITION_ZERO } from '../../src/tide/position.ts'
import { EMPTY_TOKEN, toToken } from '../../src/tide/token.ts'
import { roundTripMs } from '../../src/topology/distance.ts'
import type { Config, ConfiguredNode } from '../config/config.ts'
import type { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { type Standing, standingOf } from '../reach/standing.ts'
import type { Explanation } from './explanation.ts'

export interface RegionRoute {
  readonly from: string
  /** Of a session that has written nothing yet, and of one that has written just now. */
  readonly fresh: Way
  readonly afterWrite: Way
}

export interface Way {
  readonly node: string | undefined
  readonly reason: string
}

export interface Routes {
  readonly regions: readonly RegionRoute[]
  /** Nodes that could not be asked, and why. */
  readonly silent: Readonly<Record<string, string>>
}

type Seen = Map<ConfiguredNode, Standing>

export async function routesNow(
  config: Config,
  databases: readonly Database[],
  explanation: Explanation,
): Promise<Routes> {
  const seen: Seen = new Map()
  const silent: Record<string, string> = {}
  await Promise.all(
    databases.map(async (database) => {
      try {
        seen.set(database.node, await standingOf(database))
      } catch (error) {
        silent[database.node.name] = problemOf(error)
      }
    }),
  )
  return {
    silent,
    regions: config.regions.flatMap((region): RegionRoute[] => {
      const place = region.nodes[0]?.place
      if (!place) return []
      const way = (hasWritten: boolean): Way =>
        choose(config, explanation, seen, hasWritten, (node) => roundTripMs(place, node.place))
      return [{ from: region.name, fresh: way(false), afterWrite: way(true) }]
    }),
  }
}

const LEAST_ROUND_TRIP_MS = 1

function choose(
  config: Config,
  { kind, local, asks, reason }: Explanation,
  seen: Seen,
  hasWritten: boolean,
  distanceMs: (node: ConfiguredNode) => number,
): Way {
  const primary = config.nodes.find((node) => seen.get(node)?.role === 'primary')
  if (kind !== 'read') return { node: primary?.name, reason: `it is no certain read: ${reason}` }
  const home = primary && seen.get(primary)
  const need = needOf(asks, home, hasWritten)
  const pool = asks.pool ?? 'default'
  const options = config.nodes
    .filter((node) => node === primary || node.pool === pool)
    .map((node): Option => toOption(node, config, seen.get(node), home, distanceMs(node)))
  const route = asks.route ?? (local ? 'primary' : 'nearest')
  const [first] = decide(
    need,
    options,
    route,
    chooser('two-choices', () => 0),
  )
  if (!first?.sound) return { node: undefined, reason: 'no node that may answer it can be reached' }
  const { name, waitMs, delayMs } = first
  const wait = waitMs > 0 ? `, held back there for up to ${Math.ceil(waitMs)} ms` : ''
  const delay = delayMs > 0 ? `, asked in ${Math.ceil(delayMs)} ms` : ''
  return { node: name, reason: first.reason + wait + delay }
}

function needOf(asks: Explanation['asks'], home: Standing | undefined, hasWritten: boolean): Need {
  const { freshness } = asks
  if (freshness === 'strong' || freshness === 'any') return { kind: freshness }
  if (typeof freshness === 'object') {
    return { kind: 'within', since: (home?.clock ?? Date.now()) - freshness.within }
  }
  if (!hasWritten || home?.lsn === undefined) return { kind: 'token', token: EMPTY_TOKEN }
  // A write made this moment would end past what the primary has flushed.
  const lsn = home.lsn
  const epoch = home.timeline ?? 1
  return { kind: 'token', token: toToken({ epoch, lsn: toLsn(lsn + 1n) }) }
}

/** A commit takes the way from home, and a moment to be replayed. */
const REPLAY_MS = 10

function toOption(
  node: ConfiguredNode,
  config: Config,
  standing: Standing | undefined,
  home: Standing | undefined,
  distanceMs: number,
): Option {
  const { lsn, at } = standing ?? {}
  // Of a promotion that is under way nothing is told here: all that is asked follows one primary.
  const tide = lsn === undefined ? POSITION_ZERO : { epoch: home?.timeline ?? 1, lsn }
  const isCaughtUp = home?.lsn !== undefined && lsn !== undefined && lsn >= home.lsn
  const lagMs = home && at !== undefined && !isCaughtUp ? home.clock - at : 0
  const lagBytes =
    home?.lsn !== undefined && lsn !== undefined ? Math.max(0, Number(home.lsn - lsn)) : 0
  return {
    name: node.name,
    region: node.region,
    role: standing?.role ?? node.role,
    weight: node.weight,
    inFlight: 0,
    costMs: Math.max(LEAST_ROUND_TRIP_MS, distanceMs),
    tide,
    at,
    // Of a write of this moment: it is on its way.
    outlook: {
      likelihood: 0,
      waitMs: roundTripMs(config.primary.place, node.place) / 2 + REPLAY_MS,
      waitIsKnown: true,
    },
    waits: node.gateway,
    admits: standing !== undefined,
    drained: lagMs > config.maxLag.ms || lagBytes > config.maxLag.bytes,
  }
}
