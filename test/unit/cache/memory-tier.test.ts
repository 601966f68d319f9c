import { beforeEach, expect, test } from 'vitest'

import { Breaker } from '../../../src/breaker.ts'
import { Cache } from '../../../src/cache/cache.ts'
import { MemoryTier } from '../../../src/cache/memory-tier.ts'
import type { EntryNeed } from '../../../src/cache/need.ts'
import type { Lookup } from '../../../src/cache/outcome.ts'
import { MemoryStore } from '../../../src/cache/stores/memory-store.ts'
import type { CacheStore, Found } from '../../../src/cache/stores/store.ts'
import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import { any, atLeast, fromStandby, keyOf } from '../../support/cache/cache-conformance.ts'
import { mark, tide } from '../../support/cache/tide-table-conformance.ts'

const key = keyOf('select * from post')
const tags = ['post']
let table: MemoryTable
let trips: number
let now: number
let cache: Cache

beforeEach(async () => {
  table = new MemoryTable()
  trips = 0
  now = 1000
  const behind = new MemoryStore({ table, now: () => now })
  const store: CacheStore = {
    async find(asked, of): Promise<Found> {
      trips++
      return await behind.find(asked, of)
    },
    put: async (asked, entry, ttlMs) => await behind.put(asked, entry, ttlMs),
  }
  const memory = new MemoryTier({ maxAgeMs: 5000 })
  cache = new Cache({ store, memory, breaker: new Breaker(), now: () => now })
  await table.raise({ floor: mark(10, 10), horizon: tide(30, 700) })
  await cache.fill(key, tags, fromStandby(20), 60_000)
})

async function lookup(need: EntryNeed): Promise<Lookup> {
  return await cache.lookup({ key, tags, need })
}

test('reads below what is known need no network', async () => {
  expect(await lookup(any)).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(await lookup(atLeast(20))).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(trips).toBe(0)
  // Once the table was seen, they reach as far as its horizon.
  expect(await lookup(atLeast(21))).toMatchObject({ outcome: 'hit' })
  expect(trips).toBe(1)
  expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(await lookup({ kind: 'within', since: 700 })).toMatchObject({ from: 'memory' })
  expect(trips).toBe(1)
})

test('a session that has written asks the table, and learns what was raised', async () => {
  await lookup(atLeast(30))
  await table.raise({ tags: new Map([['post', mark(31, 31)]]), horizon: tide(31) })
  expect(await lookup(atLeast(31))).toMatchObject({ outcome: 'stale', tag: 'post' })
  // And nobody in this process is given it any more.
  trips = 0
  expect(await lookup(any)).toMatchObject({ outcome: 'stale' })
  expect(trips).toBe(1)
})

test('one look at the table serves all that is asked for again and again', async () => {
  const other = keyOf('select * from author')
  const changed = keyOf('select * from comment')
  await cache.fill(other, ['author'], fromStandby(20), 60_000)
  await cache.fill(changed, ['comment'], fromStandby(20), 60_000)
  await cache.lookup({ key: other, tags: ['author'], need: any })
  await cache.lookup({ key: changed, tags: ['comment'], need: any })
  await table.raise({ tags: new Map([['comment', mark(31, 31)]]), horizon: tide(31) })
  expect(await lookup(atLeast(31))).toMatchObject({ outcome: 'hit' })
  expect(trips).toBe(1)
  const again = { key: other, tags: ['author'], need: atLeast(31) }
  expect(await cache.lookup(again)).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(trips).toBe(1)
  // What was found stale by the way is given to nobody any more.
  const found = await cache.lookup({ key: changed, tags: ['comment'], need: any })
  expect(found).toMatchObject({ outcome: 'stale' })
})

test('what a process keeps is no older than it may be', async () => {
  now += 5000
  await lookup(any)
  expect(trips).toBe(1)
})

test('a new history clears it: what was good in the one before may be lost', async () => {
  await lookup(atLeast(30))
  await table.raise({ floor: mark(25, 25, 2), horizon: tide(25, 800, 2) })
  expect(await lookup(atLeast(25, 2))).toMatchObject({ outcome: 'miss' })
  trips = 0
  await lookup(any)
  expect(trips).toBe(1)
})

test('the consumer is dead: sessions that write fall through, and others go on', async () => {
  await lookup(atLeast(30))
  expect(await lookup(atLeast(31))).toEqual({ outcome: 'behind', horizon: tide(30, 700) })
  expect(await lookup({ kind: 'within', since: 701 })).toMatchObject({ outcome: 'behind' })
  expect(await lookup(any)).toMatchObject({ outcome: 'hit' })
  expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit' })
})
