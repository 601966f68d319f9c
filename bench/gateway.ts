import { Redis } from 'ioredis'

import { until } from '../infra/local/until.ts'
import { startWorld, type World } from '../infra/local/world.ts'
import { consumerProcess } from '../test/support/consumer/consumer-process.ts'
import { makeSlot } from '../test/support/consumer/region-consumer.ts'
import { withSetup } from '../test/support/consumer/schema.ts'
import type { Benchmark } from './benchmark.ts'
import {
  compare,
  listenOn,
  median,
  nodesOf,
  rounded,
  type Server,
  type ServerOptions,
  startServer,
} from './gateway/servers.ts'

const schema = withSetup(`create table item (id int primary key, body text);
insert into item select g, md5(g::text) from generate_series(1, 10000) g`)

function asked(world: World): Pick<ServerOptions, 'url' | 'body'> {
  const body = { query: 'select id, body from item where id = $1', params: ['42'] }
  return { url: world.primary.url(), body }
}

/** What the gateway leaves of what a bare handler of the same query does. */
async function measureQueries(
  world: World,
  log: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  await using bare = await startServer(
    world,
    { ...asked(world), name: 'bare', program: 'bench/gateway/bare.ts' },
    (own) => ({
      BENCH_URL: world.primary.url(),
      BENCH_PORT: String(own),
    }),
  )
  await using ours = await startServer(
    world,
    { ...asked(world), name: 'gateway', program: 'gateway/main.ts' },
    (own) => ({
      TIDEGATE_GATEWAY_NODES: nodesOf([world.primary]),
      ...listenOn(own),
    }),
  )
  const rounds = await compare({ bare, gateway: ours }, log)
  return {
    bare_rps: Math.round(median(rounds.map((round) => round.bare))),
    gateway_rps: Math.round(median(rounds.map((round) => round.gateway))),
    ratio: rounded(median(rounds.map((round) => round.gateway / round.bare))),
  }
}

const BARE_KEY = 'bare'

/**
 * The same of answers from the cache, beside a bare GET of the very body. With its tier in memory the
 * gateway asks Redis about a hot answer once a second; without it, for each request.
 */
async function measureHits(
  world: World,
  log: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const slot = 'gateway_bench'
  await makeSlot(world, world.primary, slot)
  const { process: consumer, ready } = await consumerProcess(world, {
    name: 'consumer',
    source: world.primary,
    slot,
  })
  consumer.spawn()
  await ready()
  const redisUrl = world.region('iad').redis.url()
  const readThrough = (own: number): Record<string, string> => ({
    TIDEGATE_GATEWAY_NODES: nodesOf([world.primary]),
    TIDEGATE_GATEWAY_READ_THROUGH: 'true',
    TIDEGATE_GATEWAY_REDIS_URL: redisUrl,
    TIDEGATE_GATEWAY_DATABASE: new URL(world.primary.url()).pathname.slice(1),
    TIDEGATE_GATEWAY_REGION: 'iad',
    TIDEGATE_GATEWAY_TOKEN_KEYS: 'a-secret-for-nothing-but-benchmarks',
    TIDEGATE_GATEWAY_CACHE_TTL_S: '3600',
    ...listenOn(own),
  })
  await using hits = await startServer(
    world,
    { ...asked(world), name: 'hits', program: 'gateway/main.ts' },
    readThrough,
  )
  await using redisHits = await startServer(
    world,
    { ...asked(world), name: 'redis-hits', program: 'gateway/main.ts' },
    (own) => ({
      ...readThrough(own),
      TIDEGATE_GATEWAY_CACHE_MEMORY_BYTES: '0',
    }),
  )
  const body = await hitOf(hits)
  await hitOf(redisHits)
  const redis = new Redis(redisUrl)
  await redis.set(BARE_KEY, body)
  redis.disconnect()
  await using bareGet = await startServer(
    world,
    { ...asked(world), name: 'bare-get', program: 'bench/gateway/bare-get.ts' },
    (own) => ({
      BENCH_REDIS: redisUrl,
      BENCH_KEY: BARE_KEY,
      BENCH_PORT: String(own),
    }),
  )
  const rounds = await compare({ bareGet, hits, redisHits }, log)
  await Promise.all([hits, redisHits].map(hitOf))
  await consumer.stop()
  return {
    bare_get_rps: Math.round(median(rounds.map((round) => round.bareGet))),
    hit_rps: Math.round(median(rounds.map((round) => round.hits))),
    hit_ratio: rounded(median(rounds.map((round) => round.hits / round.bareGet))),
    redis_hit_rps: Math.round(median(rounds.map((round) => round.redisHits))),
    redis_hit_ratio: rounded(median(rounds.map((round) => round.redisHits / round.bareGet))),
  }
}

/** The body of an answer that certainly came from the cache. */
async function hitOf({ load: { port, headers, body } }: Server): Promise<string> {
  return await until('a hit', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/sql`, { method: 'POST', body, headers })
    const text = await answer.text()
    return answer.headers.get('tidegate-cache') === 'hit' && text
  })
}

export const gateway: Benchmark = {
  summary: 'point selects over HTTP: a bare handler with a pool, the gateway, and its cache',
  compared: {
    ratio: { better: 'higher', kind: 'ratio' },
    hit_ratio: { better: 'higher', kind: 'ratio' },
    redis_hit_ratio: { better: 'higher', kind: 'ratio' },
  },
  run: async (log) => {
    await using world = await startWorld({ home: 'iad', distanceScale: 0, schema })
    const queries = await measureQueries(world, log)
    return { ...queries, ...(await measureHits(world, log)) }
  },
}
