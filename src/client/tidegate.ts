/** The client: made once per app, it gives each request a session. */
import type { Identity } from '../cache/identity.ts'
import type { RegionTides } from '../cache/region-tides.ts'
import { check, checkFields, checkWord } from '../check.ts'
import type { TypeParsers } from '../drivers/decode.ts'
import type { Driver } from '../drivers/driver.ts'
import { type Balance, balances, chooser } from '../gate/balance.ts'
import { Gate } from '../gate/gate.ts'
import { Knowledge } from '../gate/knowledge.ts'
import { createSqlPolicy, type SqlPolicyOptions } from '../sql/index.ts'
import { checkSecrets, importTokenKeys, type TokenKey } from '../tide/token-keys.ts'
import { DEFAULT_POOL, defineTopology, type TopologyOptions } from '../topology/configuration.ts'
import { detectPlace, type PlaceHints } from '../topology/detect-place.ts'
import { roundTripMs } from '../topology/distance.ts'
import { findRegion } from '../topology/region-names.ts'
import { type Place, regions } from '../topology/regions.ts'
import type { Topology } from '../topology/topology.ts'
import type { CookieOptions, SessionRequest } from './carriage.ts'
import { checkOptions, narrowingFields } from './check-options.ts'
import { Footprints } from './footprints.ts'
import { toFresh } from './fresh.ts'
import { Learned } from './learned.ts'
import type { QueryEvent } from './query-event.ts'
import type { NarrowingOptions } from './query-options.ts'
import type { SessionOptions, Shared } from './runner.ts'
import { Seals } from './seals.ts'
import { type AnySession, Session } from './session.ts'
import { createSql, type Sql } from './sql.ts'

export interface TidegateOptions
  extends TopologyOptions, Omit<NarrowingOptions, 'signal'>, SqlPolicyOptions {
  /**
   * Where this code runs: a cloud's region or the code of an airport.
   * @default what the first request tells of it, and until then beside the primary
   */
  readonly region?: string | undefined
  /**
   * `process.env`, where there is one: `VERCEL_REGION`, `FLY_REGION` or `AWS_REGION` tells where this
   * code runs, if `region` does not.
   */
  readonly env?: PlaceHints['env']
  /**
   * Secrets that sign session tokens, at least 32 characters each: the first signs, all verify.
   * Without one anybody can write a token that sends all reads to the primary.
   */
  readonly tokenKeys?: readonly (string | undefined)[] | undefined
  /** In production a missing key is an error. @default 'development' */
  readonly mode?: 'development' | 'production' | undefined
  readonly cookie?: CookieOptions | undefined
  /**
   * The region's tide table and cache, from `regionTides` of `tidegate/cache`. Without it the gate
   * learns from answers alone, and nothing is cached.
   */
  readonly tides?: RegionTides | undefined
  /** As whom the nodes are asked, for the cache. @default what the primary's connection string says */
  readonly identity?: Identity | undefined
  /** Reads in flight to one node before others are preferred. @default 32 */
  readonly concurrency?: number | undefined
  /** A replica that lags more is not asked until it has caught up. */
  readonly maxLag?:
    | {
        /** @default 30_000 */
        readonly ms?: number | undefined
        /** Of WAL: where home is idle, time tells nothing. @default Infinity */
        readonly bytes?: number | undefined
      }
    | undefined
  /** Which replica of a region is asked first. @default 'two-choices' */
  readonly balance?: Balance | undefined
  /**
   * The share of reads, from 0 to 1, that may be sent to a second node while the first one takes
   * longer than 95 of 100 of its reads. Never writes. @default 0.05
   */
  readonly hedge?: number | undefined
  /** Told of each query when it has ended. */
  readonly onQuery?: ((event: QueryEvent) => void) | undefined
  /** Told when a node has failed so often that it is not asked for a while. */
  readonly onBreakerOpen?: ((node: string) => void) | undefined
}

/** What reaches the nodes, and how it parses values. */
export interface Reach {
  readonly driver: Driver
  readonly types: TypeParsers
}

export interface Tidegate extends AnyTidegate {
  session(
    request?: SessionRequest,
    options?: SessionOptions,
  ): { readonly sql: Sql; readonly session: Session }
}

/** This one, or the one of `tidegate/thin`. */
export interface AnyTidegate {
  /** A session for one request; without a request, one that begins with nothing. */
  session(
    request?: SessionRequest,
    options?: SessionOptions,
  ): { readonly sql: Sql; readonly session: AnySession }
}

function clock(): number {
  return performance.now()
}

/** A commit takes the way from home, and a moment to be replayed. */
const REPLAY_MS = 10
/** Nobody is nearer than this, however near. */
const LEAST_ROUND_TRIP_MS = 1

const sessionFields = [...narrowingFields, 'waitUntil']
const fields = [
  'primary',
  'replicas',
  'region',
  'env',
  'tokenKeys',
  'mode',
  'cookie',
  'tides',
  'identity',
  'concurrency',
  'maxLag',
  'balance',
  'hedge',
  'onQuery',
  'onBreakerOpen',
  'functions',
  'primaryTables',
  'rules',
  ...narrowingFields.filter((field) => field !== 'signal'),
]

export function createTidegate(options: TidegateOptions, { driver, types }: Reach): Tidegate {
  checkFields('tidegate(…)', options, fields)
  const { mode = 'development', tokenKeys, balance = 'two-choices' } = options
  const { concurrency = 32, hedge = 0.05, maxLag } = options
  const { freshness, route, pool, timeoutMs, cache, durability } = options
  const defaults = { freshness, route, pool, timeoutMs, cache, durability }
  checkOptions(defaults, 'tidegate(…)', narrowingFields)
  check(mode === 'development' || mode === 'production', 'mode', "'development' or 'production'")
  check(
    mode === 'development' || tokenKeys !== undefined,
    'tokenKeys',
    'at least one secret of 32 characters or more, because this is production',
  )
  if (tokenKeys !== undefined) checkSecrets(tokenKeys)
  checkWord('balance', balance, balances)
  check(hedge >= 0 && hedge <= 1, 'hedge', 'a share from 0 to 1')
  check(concurrency >= 1, 'concurrency', 'a number of at least 1')
  const topology = defineTopology(options)
  const nodes = topology.nodes.map((node) => ({
    driver,
    target: node,
    region: node.region ?? node.name,
    pool: node.pool,
  }))
  let here =
    options.region === undefined ? detectPlace({ env: options.env }) : placeOf(options.region)
  const knowledge = new Knowledge(
    topology.nodes.map((node) => {
      const lagMs = roundTripMs(topology.primary.place, node.place) / 2 + REPLAY_MS
      return { ...node, roundTripMs: LEAST_ROUND_TRIP_MS, lagMs }
    }),
    { awaitsHistory: options.tides !== undefined },
  )
  seedRoundTrips(knowledge, topology, here ?? topology.primary.place)
  const { functions, primaryTables, rules } = options
  const policy = createSqlPolicy({ functions, primaryTables, rules })
  const { tides } = options
  const footprints = new Footprints(policy, tides?.insightOf)
  const shared: Shared = {
    knowledge,
    clock,
    gate: new Gate({
      nodes,
      knowledge,
      clock,
      chance: Math.random,
      choose: chooser(balance, Math.random),
      concurrency,
      hedge,
      maxLag: { ms: maxLag?.ms ?? 30_000, bytes: maxLag?.bytes ?? Infinity },
      onBreakerOpen: options.onBreakerOpen,
    }),
    policy,
    footprints,
    tides: tides?.reader({
      nodes: topology.nodes.map(({ name }) => name),
      clock,
      onReading(reading, now) {
        knowledge.learnTable(reading, now)
        footprints.use(tides.catalog)
      },
    }),
    cached: tides?.cachedReads(options.identity ?? topology.primary.url, toFresh),
    learned: new Learned(),
    pools: new Set([DEFAULT_POOL, ...topology.replicas.map((replica) => replica.pool)]),
    defaults,
    seals: new Seals(keyRing(tokenKeys)),
    onQuery: options.onQuery,
  }
  return {
    session(request, narrowing = {}) {
      checkOptions(narrowing, 'tg.session(request, …)', sessionFields)
      if (!here && request) {
        here = detectPlace(request)
        if (here) seedRoundTrips(knowledge, topology, here)
      }
      const session = new Session(shared, request, narrowing, options.cookie ?? {})
      return { sql: createSql(session.runner, types), session }
    },
  }
}

function placeOf(name: string): Place {
  const region = findRegion(name)
  check(region !== undefined, 'region', "an airport's code or a cloud's region")
  return regions[region]
}

/** What is expected of the nodes before they have been asked anything; answers correct it. */
function seedRoundTrips(knowledge: Knowledge, { nodes }: Topology, here: Place): void {
  for (const { name, place } of nodes) {
    knowledge.node(name).distanceMs = Math.max(LEAST_ROUND_TRIP_MS, roundTripMs(here, place))
  }
}

/**
 * Imports the keys when they are first wanted. What is kept between requests is the keys, never the
 * promise: in a Worker nobody may await what another request has begun.
 */
function keyRing(secrets: TidegateOptions['tokenKeys']): () => Promise<readonly TokenKey[]> {
  let keys: readonly TokenKey[] | undefined = secrets === undefined ? [] : undefined
  return async () => {
    keys ??= await importTokenKeys(secrets ?? [])
    return keys
  }
}
