/**
 * What a cached read costs, beside a bare GET of the same value from the same Redis and beside the same
 * query on a replica next door. A cached read here is all of it: key, round trip, judging, rows.
 */
import { hash } from 'node:crypto'

import { Redis } from 'ioredis'

import { until } from '../infra/local/until.ts'
import { startWorld, type World } from '../infra/local/world.ts'
import { Breaker } from '../src/breaker.ts'
import { Cache, type Fresh } from '../src/cache/cache.ts'
import { cacheKey } from '../src/cache/key.ts'
import { MemoryTier } from '../src/cache/memory-tier.ts'
import type { Lookup } from '../src/cache/outcome.ts'
import { ioredisCommands } from '../src/cache/redis/ioredis.ts'
import { RedisStore } from '../src/cache/stores/redis-store.ts'
import { RedisTable } from '../src/cache/tide-table/redis-table.ts'
import { type PgDriver, pgDriver } from '../src/drivers/node/pg.ts'
import type { Position } from '../src/tide/position.ts'
import { toToken } from '../src/tide/token.ts'
import { toXid } from '../src/tide/xid.ts'
import { type Benchmark, percentiles } from './benchmark.ts'

const ROUNDS = 5000
const WARM_UP = 1000
const text =
  'select id, title, body, published, at from post where author = $1 order by id limit 10'
const tags = ['public.post']
const schema = `
  create table post (id int primary key, author int, title text, body text, published bool, at timestamptz);
  create index on post (author);
  insert into post select i, i % 100, 'Title ' || i, repeat('Lorem ipsum dolor. ', 5), true,
    '2026-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, 10000) i;
`

export const cache: Benchmark = {
  summary: 'a cached read beside a bare GET and beside the replica',
  compared: {
    hit_over_get: { better: 'lower', kind: 'ratio' },
    l1_hit_us_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    await using world = await startWorld({
      home: 'iad',
      regions: { fra: { nodes: ['standby'] } },
      distanceScale: 0,
      schema,
    })
    await using driver = pgDriver()
    const redis = new Redis(world.region('fra').redis.url())
    try {
      return await measure(log, world, driver, redis)
    } finally {
      redis.disconnect()
    }
  },
}

async function measure(
  log: (line: string) => void,
  world: World,
  driver: PgDriver,
  redis: Redis,
): Promise<Readonly<Record<string, number>>> {
  const commands = ioredisCommands(redis)
  const store = new RedisStore(commands, { digest: ({ text: key }) => hash('sha256', key) })
  const options = { store, budgetMs: 60_000, fillBudgetMs: 60_000 }
  const distant = new Cache({ ...options, breaker: new Breaker() })
  const memory = new MemoryTier({ maxAgeMs: 3_600_000 })
  const tiered = new Cache({ ...options, memory, breaker: new Breaker() })

  let author = 0
  const [node] = world.region('fra').nodes
  if (!node) throw new Error('The region has no replica')
  const target = { name: node.name, role: 'standby', url: node.url() } as const

  async function readReplica(): Promise<Fresh> {
    const query = { text, params: [author++ % 100] }
    const signal = AbortSignal.timeout(60_000)
    const { results, lo, hi, at } = await driver.read(target, {
      queries: [query],
      xids: [],
      signal,
    })
    const [result] = results
    if (!result || hi === undefined) throw new Error('The replica gave no rows or no position')
    return { result, lo: { epoch: 1, ...lo }, hi: { epoch: 1, lsn: hi }, at }
  }

  const fresh = await until('a standby that tells its position', async () => {
    const answer = await readReplica()
    return answer.result.rows.length === 10 && answer
  })
  await setUpTable(new RedisTable(commands), fresh.hi)
  const need = { kind: 'token', token: toToken(fresh.hi) } as const

  async function ask(asked: Cache): Promise<Lookup> {
    const key = cacheKey({ text, params: [7], database: 'app', role: 'app' })
    if (!key) throw new Error('The query has no key')
    const found = await asked.lookup({ key, tags, need })
    if (found.outcome === 'miss') await asked.fill(key, tags, fresh, 3_600_000)
    return found
  }

  await ask(distant)
  const [stored] = await redis.keys('*:e:*')
  if (stored === undefined) throw new Error('Nothing was stored')
  for (const each of [distant, tiered]) await ask(each)
  log(`an entry of ${await redis.strlen(stored)} bytes; ${ROUNDS} reads each`)

  const paths = {
    bare: async (): Promise<unknown> => await redis.get(stored),
    hit: async (): Promise<unknown> => await ask(distant),
    memory: async (): Promise<unknown> => await ask(tiered),
    replica: readReplica,
  }
  const samples: Record<keyof typeof paths, number[]> = {
    bare: [],
    hit: [],
    memory: [],
    replica: [],
  }
  async function time(name: keyof typeof paths, round: number): Promise<void> {
    const begun = performance.now()
    await paths[name]()
    if (round >= WARM_UP) samples[name].push((performance.now() - begun) * 1000)
  }
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    // Side by side, so that a busy moment of the machine meets both, and each as often first.
    const pair = ['bare', 'hit'] as const
    for (const name of round % 2 === 0 ? pair : pair.toReversed()) await time(name, round)
  }
  for (const name of ['memory', 'replica'] as const) {
    for (let round = 0; round < ROUNDS + WARM_UP; round++) await time(name, round)
  }
  const { hit, bypass } = distant.counts
  if (hit.store < ROUNDS || bypass.slow + bypass.failed > 0) throw new Error('Not all hit')
  if (tiered.counts.hit.memory < ROUNDS) throw new Error('Not all hit in memory')

  const [bare, cached] = [percentiles(samples.bare).p50, percentiles(samples.hit).p50]
  return {
    bare_get_us_p50: tenths(bare),
    hit_us_p50: tenths(cached),
    l1_hit_us_p50: tenths(percentiles(samples.memory).p50),
    replica_us_p50: tenths(percentiles(samples.replica).p50),
    hit_over_get: Math.round((cached / bare) * 100) / 100,
  }
}

async function setUpTable(table: RedisTable, position: Position): Promise<void> {
  const floor = { epoch: 1, lsn: position.lsn, xid: toXid(1n) }
  await table.raise({ floor: { ...floor }, horizon: { epoch: 1, lsn: position.lsn, at: 1 } })
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
