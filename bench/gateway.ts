import { Redis } from 'ioredis'

import { until } from '../infra/local/until.ts'
import { startWorld, type World } from '../infra/local/world.ts'
import { consumerProcess } from '../test/support/consumer/consumer-process.ts'
import { makeSlot } from '../test/support/consumer/region-consumer.ts'
import { withSetup } from '../test/support/consumer/schema.ts'
import type { Benchmark } from './benchmark.ts'
import { applyLoad, type Load } from './gateway/load.ts'

const CONNECTIONS = 32
const WARM_UP_MS = 3_000
const ROUND_MS = 2_500
const ROUNDS = 6

const schema = withSetup(`create table item (id int primary key, body text);
insert into item select g, md5(g::text) from generate_series(1, 10000) g`)

interface Server extends AsyncDisposable {
  readonly load: Load
}

async function start(
  world: World,
  name: string,
  program: string,
  env: (port: number) => Record<string, string>,
): Promise<Server> {
  const port = await world.freePort()
  const child = world.process({
    name,
    command: process.execPath,
    args: [program],
    env: { ...process.env, NODE_ENV: 'production', ...env(port) },
  })
  child.spawn()
  const load: Load = {
    port,
    connections: CONNECTIONS,
    // As the official driver sends them.
    headers: {
      'Content-Type': 'text/plain;charset=UTF-8',
      'Neon-Connection-String': world.primary.url(),
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify({ query: 'select id, body from item where id = $1', params: ['42'] }),
  }
  await child.ready(async () => {
    const { body, headers } = load
    return await fetch(`http://127.0.0.1:${port}/sql`, { method: 'POST', body, headers }).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  return { load, [Symbol.asyncDispose]: async () => await child.stop() }
}

async function requestsPerSecond({ load }: Server, ms: number): Promise<number> {
  const { statuses, seconds } = await applyLoad(load, ms)
  if ([...statuses.keys()].some((status) => status !== 200)) throw new Error('not all were 200')
  return (statuses.get(200) ?? 0) / seconds
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

function rounded(ratio: number): number {
  return Math.round(ratio * 100) / 100
}

/** In turn, so that whatever else the machine does meets all alike. */
async function compare<Name extends string>(
  servers: Readonly<Record<Name, Server>>,
  log: (line: string) => void,
): Promise<readonly Readonly<Record<Name, number>>[]> {
  const all: [string, Server][] = Object.entries(servers)
  for (const [, server] of all) await requestsPerSecond(server, WARM_UP_MS)
  const rounds: Readonly<Record<Name, number>>[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const round: Record<string, number> = {}
    for (const [name, server] of all) round[name] = await requestsPerSecond(server, ROUND_MS)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each of the servers
    rounds.push(round as Record<Name, number>)
    log(all.map(([name]) => `${name} ${Math.round(round[name] ?? 0)}/s`).join(', '))
  }
  return rounds
}

function nodesOf(world: World): string {
  const { hostname, port, host } = new URL(world.primary.url())
  const { name } = world.primary
  return JSON.stringify([{ name, host: hostname, port: Number(port), hosts: [host] }])
}

function listenOn(port: number): Record<string, string> {
  return { TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1', TIDEGATE_GATEWAY_LISTEN_PORT: String(port) }
}

/** What the gateway leaves of what a bare handler of the same query does. */
async function measureQueries(
  world: World,
  log: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  await using bare = await start(world, 'bare', 'bench/gateway/bare.ts', (own) => ({
    BENCH_URL: world.primary.url(),
    BENCH_PORT: String(own),
  }))
  await using ours = await start(world, 'gateway', 'gateway/main.ts', (own) => ({
    TIDEGATE_GATEWAY_NODES: nodesOf(world),
    ...listenOn(own),
  }))
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
    TIDEGATE_GATEWAY_NODES: nodesOf(world),
    TIDEGATE_GATEWAY_READ_THROUGH: 'true',
    TIDEGATE_GATEWAY_REDIS_URL: redisUrl,
    TIDEGATE_GATEWAY_DATABASE: new URL(world.primary.url()).pathname.slice(1),
    TIDEGATE_GATEWAY_REGION: 'iad',
    TIDEGATE_GATEWAY_TOKEN_KEYS: 'a-secret-for-nothing-but-benchmarks',
    TIDEGATE_GATEWAY_CACHE_TTL_S: '3600',
    ...listenOn(own),
  })
  await using hits = await start(world, 'hits', 'gateway/main.ts', readThrough)
  await using redisHits = await start(world, 'redis-hits', 'gateway/main.ts', (own) => ({
    ...readThrough(own),
    TIDEGATE_GATEWAY_CACHE_MEMORY_BYTES: '0',
  }))
  const body = await hitOf(hits)
  await hitOf(redisHits)
  const redis = new Redis(redisUrl)
  await redis.set(BARE_KEY, body)
  redis.disconnect()
  await using bareGet = await start(world, 'bare-get', 'bench/gateway/bare-get.ts', (own) => ({
    BENCH_REDIS: redisUrl,
    BENCH_KEY: BARE_KEY,
    BENCH_PORT: String(own),
  }))
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
