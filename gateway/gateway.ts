/**
 * Neon's SQL over HTTP in front of any Postgres, with the positions of its answers and reads that wait
 * for one. As a library: `createGateway` gives a Hono app to mount; `serve` in `http/server.ts` runs it.
 */
import type { Hono } from 'hono'
import { type Logger, pino } from 'pino'

import type { NearTable } from '../src/cache/index.ts'
import type { QueryEvent } from '../src/client/query-event.ts'
import { createApp } from './http/app.ts'
import { RateLimit } from './http/rate-limit.ts'
import { SqlRoute } from './http/sql-route.ts'
import { BearerTokens } from './http/tokens.ts'
import { Nodes } from './nodes.ts'
import { Health } from './operations/health.ts'
import { type CountedParts, Metrics } from './operations/metrics.ts'
import { Operations } from './operations/operations.ts'
import type { CurrentHistory } from './positions/histories.ts'
import { ReadThrough } from './read-through/read-through.ts'
import { RegionRedis } from './read-through/region-redis.ts'
import type { ReadThroughWatch } from './read-through/watch.ts'
import type { GatewaySettings } from './settings/settings.ts'
import { Endpoint } from './sql/endpoint.ts'

export interface GatewayOptions {
  /** Told for each answer, from memory. @default the tide table's, where `redisUrl` is set */
  readonly history?: CurrentHistory | undefined
  /** The table of the region's consumer, where it runs in this process: hits are judged by it. */
  readonly near?: NearTable | undefined
  /** Told of each query that is answered by read-through, without its text and values. */
  readonly onQuery?: ((event: QueryEvent) => void) | undefined
  /** Told of each answer that was given again as it was written: nothing was asked for it. */
  readonly onAgain?: (() => void) | undefined
  /** @default a pino logger to standard output */
  readonly log?: Logger | undefined
}

export interface Gateway extends AsyncDisposable {
  readonly app: Hono
  /** The route behind the app's `/sql`, for servers that go there straight. */
  readonly sql: SqlRoute
  readonly operations: Operations
  /** How many connections to Postgres there are. */
  readonly connections: number
  /** Closes all connections to Postgres; those in use may finish first. */
  end(): Promise<void>
}

export function createGateway(settings: GatewaySettings, options: GatewayOptions = {}): Gateway {
  const log = options.log ?? pino({ level: settings.logLevel })
  const redis = openRedis(settings, options.near, log)
  const history = options.history ?? redis?.history ?? (() => undefined)
  const endpoint = new Endpoint(new Nodes(settings.nodes), settings, history)
  const { pools } = endpoint
  const metrics = new Metrics({
    pools: () => {
      const all = [...pools].map(({ pool }) => pool)
      return {
        pools: all.length,
        connections: pools.connections,
        idle: all.reduce((sum, { idle }) => sum + idle, 0),
        waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
      }
    },
    cache: () => readThrough?.cacheUse,
    ...surroundingsOf(settings, redis),
  })
  const readThrough =
    redis && settings.readThrough
      ? new ReadThrough(endpoint, settings, redis.tides, watchFor(metrics, options))
      : undefined
  const operations = new Operations({ metrics, health: new Health(settings.nodes), log })
  const sql = new SqlRoute({
    endpoint: readThrough ?? endpoint,
    operations,
    tokens: new BearerTokens(settings.bearerTokens),
    rateLimit: new RateLimit(settings.rateLimit),
    maxRequestBytes: settings.maxRequestBytes,
  })
  const end = async (): Promise<void> => {
    await readThrough?.[Symbol.asyncDispose]()
    await endpoint.end()
    await redis?.[Symbol.asyncDispose]()
  }
  return {
    app: createApp(sql, operations),
    sql,
    operations,
    get connections() {
      return pools.connections
    },
    end,
    [Symbol.asyncDispose]: end,
  }
}

function watchFor(
  { readThrough }: Metrics,
  { onQuery, onAgain }: GatewayOptions,
): ReadThroughWatch {
  return {
    ...readThrough,
    queried: (event) => {
      readThrough.queried(event)
      onQuery?.(event)
    },
    again: () => {
      readThrough.again()
      onAgain?.()
    },
  }
}

function surroundingsOf(
  { nodes, elsewhere }: GatewaySettings,
  redis: RegionRedis | undefined,
): Pick<CountedParts, 'nodes' | 'isHome'> {
  return {
    nodes: [...nodes, ...elsewhere].map(({ name }) => name),
    isHome: () => {
      // Another one since a failover, if the table tells of it.
      const primary = redis?.primary ?? nodes.find(({ role }) => role === 'primary')?.name
      return nodes.some(({ name }) => name === primary)
    },
  }
}

function openRedis(
  settings: GatewaySettings,
  near: NearTable | undefined,
  log: Logger,
): RegionRedis | undefined {
  const { redisUrl } = settings
  if (redisUrl === undefined) return undefined
  return new RegionRedis({
    ...settings,
    redisUrl,
    near,
    onReadable: (readable) => {
      if (readable) log.info('the tide table is read')
      else log.warn('the tide table cannot be read: no epoch is claimed')
    },
  })
}
