import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import { anyRaise } from '../../support/cache/arbitrary-raises.ts'
import { startRedis, type TestRedis } from '../../support/cache/redis.ts'
import { describeTideTable, mark, tide } from '../../support/cache/tide-table-conformance.ts'

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => await redis[Symbol.asyncDispose]())

describe.each(['ioredis', 'http'] as const)('through %s', (way) => {
  describeTideTable(async () => {
    await redis.server.flush()
    return new RedisTable(redis.ways[way])
  })
})

const everything = { tags: ['a', 'b', 'c'], nodes: ['a', 'b', 'c'] }

test('what Redis does in Lua is what the table in memory does', async () => {
  const redisAndMemory = fc.asyncProperty(fc.array(anyRaise, { maxLength: 8 }), async (raises) => {
    await redis.client.flushall()
    const [a, b] = [new RedisTable(redis.ways.ioredis), new MemoryTable()]
    for (const raise of raises) expect(await a.raise(raise)).toEqual(await b.raise(raise))
    expect(await a.read(everything)).toEqual(await b.read(everything))
    expect(await a.readCatalog()).toEqual(await b.readCatalog())
    for (const maxTags of [2, 1, 0]) {
      const floor = raises.at(maxTags)?.floor
      if (floor) expect(await a.compact(floor, maxTags)).toBe(await b.compact(floor, maxTags))
    }
    expect(await a.read(everything)).toEqual(await b.read(everything))
  })
  await fc.assert(redisAndMemory, { numRuns: 300 })
})

/** Runs `between` before the nth script. */
function interrupted(nth: number, between: () => Promise<unknown>): RedisTable {
  let scripts = 0
  return new RedisTable(
    {
      async send(commands, options) {
        // Redis is asked by the hash first: a script that it has is one call.
        if (commands[0]?.[0] === 'EVALSHA' && ++scripts === nth) await between()
        return await redis.ways.ioredis.send(commands, options)
      },
    },
    { tagsPerCall: 2 },
  )
}

describe('a raise in parts', () => {
  const tags = new Map([1, 2, 3, 4, 5].map((id) => [`t#id=${id}`, mark(50, 50)]))

  beforeEach(async () => {
    await redis.server.flush()
    // Redis has the script from here on.
    await new RedisTable(redis.ways.ioredis).raise({ horizon: tide(10) })
  })

  test('claims nothing before the last one', async () => {
    let between
    const table = interrupted(3, async () => {
      between = await table.read({ tags: ['t#id=1', 't#id=4', 't#id=5'] })
    })
    await table.raise({ tags, horizon: tide(50), floor: mark(50, 50) })
    expect(between).toMatchObject({
      horizon: tide(10),
      floor: undefined,
      tags: new Map([
        ['t#id=1', mark(50, 50)],
        ['t#id=4', mark(50, 50)],
      ]),
    })
    expect(await table.read()).toMatchObject({ horizon: tide(50), floor: mark(50, 50) })
    expect(await redis.client.hkeys('tidegate:{main}')).not.toContainEqual(
      expect.stringContaining('_part'),
    )
  })

  test('is lost where the table was emptied between two', async () => {
    const table = interrupted(3, async () => await redis.client.flushall())
    const raise = { tags, horizon: tide(50) }
    expect(await table.raise(raise)).toEqual({ outcome: 'lost', horizon: undefined })
    expect((await table.read()).horizon).toBeUndefined()
  })

  test('is lost where the table was set back to before a part, whose witness is there', async () => {
    const key = 'tidegate:{main}'
    const backup = await redis.client.dumpBuffer(key)
    const table = interrupted(3, async () => await redis.client.restore(key, 0, backup, 'REPLACE'))
    const raise = { tags, horizon: tide(50), witness: tide(10) }
    expect(await table.raise(raise)).toEqual({ outcome: 'lost', horizon: tide(10) })
    expect((await table.read()).horizon).toEqual(tide(10))
  })
})

test('tables of several databases in one Redis are apart', async () => {
  await redis.server.flush()
  await new RedisTable(redis.ways.ioredis, { name: 'one' }).raise({ horizon: tide(5) })
  const other = new RedisTable(redis.ways.ioredis, { name: 'other' })
  expect((await other.read()).horizon).toBeUndefined()
})

test('names and sizes that cannot be are refused by their field', () => {
  const redisless = { send: async () => await Promise.resolve([]) }
  expect(() => new RedisTable(redisless, { name: 'a{b}' })).toThrow(/^name: expected/)
  expect(() => new RedisTable(redisless, { tagsPerCall: 0 })).toThrow(/^tagsPerCall: expected/)
})
