import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { Breaker } from '../../../src/breaker.ts'
import { Cache } from '../../../src/cache/cache.ts'
import { MemoryTier } from '../../../src/cache/memory-tier.ts'
import type { RedisCommand, RedisCommands } from '../../../src/cache/redis/commands.ts'
import { RedisStore } from '../../../src/cache/stores/redis-store.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import { any, describeCache, fromStandby, keyOf } from '../../support/cache/cache-conformance.ts'
import { startRedis, type TestRedis } from '../../support/cache/redis.ts'
import { mark, tide } from '../../support/cache/tide-table-conformance.ts'

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => await redis[Symbol.asyncDispose]())

describe.each(['ioredis', 'http'] as const)('through %s', (way) => {
  describeCache(async () => {
    await redis.server.flush()
    return { store: new RedisStore(redis.ways[way]), table: new RedisTable(redis.ways[way]) }
  })
})

describe('with a tier in front', () => {
  describeCache(async () => {
    await redis.server.flush()
    return {
      store: new RedisStore(redis.ways.ioredis),
      table: new RedisTable(redis.ways.ioredis),
      memory: new MemoryTier(),
    }
  })
})

const key = keyOf('select secret from post where id = $1', 'a very private value')
const tags = ['post']

/** With time for a machine that is busy with other tests. */
function patientCache(): Cache {
  const store = new RedisStore(redis.ways.ioredis)
  return new Cache({ store, breaker: new Breaker(), budgetMs: 5000, fillBudgetMs: 5000 })
}

test('a lookup is one round trip', async () => {
  const trips: (readonly RedisCommand[])[] = []
  const counting: RedisCommands = {
    async send(commands, options) {
      trips.push(commands)
      return await redis.ways.ioredis.send(commands, options)
    },
  }
  const cache = new Cache({ store: new RedisStore(counting), breaker: new Breaker() })
  await cache.lookup({ key, tags, need: any })
  expect(trips.map((commands) => commands.map(([name]) => name))).toEqual([['GET', 'HMGET']])
})

test("no parameter's value is in a key", async () => {
  await redis.server.flush()
  const cache = patientCache()
  await cache.fill(key, tags, fromStandby(20), 60_000)
  expect(await redis.client.keys('*')).toEqual([
    expect.stringMatching(/^tidegate:\{main\}:e:[0-9a-f]{64}$/),
  ])
})

test('what somebody else wrote under the key is no entry', async () => {
  await redis.server.flush()
  await new RedisTable(redis.ways.ioredis).raise({ floor: mark(1, 1), horizon: tide(1) })
  const cache = patientCache()
  await cache.fill(key, tags, fromStandby(20), 60_000)
  const [entry] = await redis.client.keys('*:e:*')
  const good = String(await redis.client.get(String(entry)))
  const bad = ['', 'x', `2${good.slice(1)}`, good.slice(0, 60), good.slice(0, -1), `${good}}`]
  for (const text of [...bad, good.replace('\nj', '\nz'), good.replace('0', 'g')]) {
    await redis.client.set(String(entry), text)
    expect(await cache.lookup({ key, tags, need: any })).toEqual({ outcome: 'miss' })
  }
})

test('a Redis that is away is gone around, rested, and used again when it is back', async () => {
  await redis.server.flush()
  let now = 0
  const cache = new Cache({
    store: new RedisStore(redis.ways.ioredis),
    breaker: new Breaker({ failures: 2, pauseMs: 1000 }),
    budgetMs: 5000,
    now: () => now,
  })
  await redis.server.kill()
  const question = { key, tags, need: any }
  const why = [1, 2, 3].map(async () => await cache.lookup(question))
  await Promise.all(why)
  expect(await cache.lookup(question)).toEqual({ outcome: 'bypass', why: 'resting' })
  expect(await cache.fill(key, tags, fromStandby(20), 60_000)).toBe('resting')
  await redis.server.start()
  await redis.client.ping().catch(() => {})
  await expect.poll(() => redis.client.status).toBe('ready')
  now += 60_000
  expect(await cache.lookup(question)).toEqual({ outcome: 'miss' })
})

test.each(['ioredis', 'http'] as const)(
  'a Redis that hangs costs a read its budget (%s)',
  async (way) => {
    const cache = new Cache({
      store: new RedisStore(redis.ways[way]),
      breaker: new Breaker({ failures: 1 }),
      budgetMs: 20,
    })
    redis.server.freeze()
    try {
      expect(await cache.lookup({ key, tags, need: any })).toEqual({
        outcome: 'bypass',
        why: 'slow',
      })
      expect(cache.counts.bypass.slow).toBe(1)
    } finally {
      redis.server.thaw()
    }
  },
)
