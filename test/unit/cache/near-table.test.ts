/** Entries of this process judged by the table of a consumer in this process, without asking Redis. */
import { beforeEach, expect, test } from 'vitest'

import { Breaker } from '../../../src/breaker.ts'
import { Cache, type Fresh } from '../../../src/cache/cache.ts'
import { MemoryTier } from '../../../src/cache/memory-tier.ts'
import type { EntryNeed } from '../../../src/cache/need.ts'
import type { Lookup } from '../../../src/cache/outcome.ts'
import { MemoryStore } from '../../../src/cache/stores/memory-store.ts'
import type { CacheStore, Found } from '../../../src/cache/stores/store.ts'
import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import { NearTable } from '../../../src/cache/tide-table/near-table.ts'
import type { Raise, TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import {
  any,
  atLeast,
  fromPrimary,
  fromStandby,
  keyOf,
} from '../../support/cache/cache-conformance.ts'
import { mark, tide } from '../../support/cache/tide-table-conformance.ts'

const key = keyOf('select * from post')
const tags = ['post']
const MINUTE = 60_000
/** What the region's Redis holds: others may raise it too. */
let table: MemoryTable
let near: NearTable
let trips: number
let now: number
let cache: Cache

beforeEach(() => {
  table = new MemoryTable()
  trips = 0
  now = 1000
  near = new NearTable({ maxAgeMs: 1000, maxTags: 3, now: () => now })
  const behind = new MemoryStore({ table, now: () => now })
  const store: CacheStore = {
    async find(asked, of): Promise<Found> {
      trips++
      return await behind.find(asked, of)
    },
    put: async (asked, entry, ttlMs) => await behind.put(asked, entry, ttlMs),
  }
  const memory = new MemoryTier({ maxAgeMs: MINUTE })
  cache = new Cache({ store, memory, near, breaker: new Breaker(), now: () => now })
})

async function raise(what: Raise): Promise<void> {
  await near.raise(table, what)
}

async function look(): Promise<void> {
  near.notice(await table.read())
}

async function lookup(need: EntryNeed, catalogHash?: string): Promise<Lookup> {
  return await cache.lookup({ key, tags, need, catalogHash })
}

/** A stream whose first horizon is 30, and an entry that Redis' table has found good through there. */
async function kept(fresh: Fresh = fromStandby(20)): Promise<void> {
  near.begin()
  await raise({ floor: mark(10, 10), horizon: tide(30) })
  await look()
  await cache.fill(key, tags, fresh, MINUTE)
  expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit' })
  trips = 0
}

test('a hit is as new as the last raise, and nobody is asked', async () => {
  await kept()
  await raise({ horizon: tide(40, 777) })
  expect(await lookup(atLeast(40))).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(await lookup({ kind: 'within', since: 777 })).toMatchObject({ from: 'memory' })
  expect(trips).toBe(0)
})

test('what a primary has answered is judged by where it was found good, not by its ids', async () => {
  await kept(fromPrimary(12, 25))
  // A transaction with a lower id that committed later: by ids alone it would seem to be included.
  await raise({ tags: new Map([['other', mark(35, 5)]]), horizon: tide(40) })
  expect(await lookup(atLeast(40))).toMatchObject({ outcome: 'hit', from: 'memory' })
  await raise({ tags: new Map([['post', mark(45, 13)]]), horizon: tide(45) })
  await lookup(any)
  expect(trips).toBe(1)
})

test('once a change has been decoded nobody is given what it has changed, whatever they need', async () => {
  await kept()
  await raise({ tags: new Map([['post', mark(31, 31)]]), horizon: tide(31) })
  for (const need of [any, atLeast(1), atLeast(31)]) {
    expect(await lookup(need)).toMatchObject({ outcome: expect.stringMatching(/stale|miss/) })
  }
})

test('a need past what was decoded is no hit of this process', async () => {
  await kept()
  expect(await lookup(atLeast(31))).toMatchObject({ outcome: 'behind' })
  expect(trips).toBe(1)
  // Another consumer of the region has come further.
  await table.raise({ horizon: tide(50) })
  expect(await lookup(atLeast(50))).toMatchObject({ outcome: 'hit' })
  expect(trips).toBe(2)
})

test('it says nothing while Redis has more: a horizon, a floor or a catalog of another consumer', async () => {
  await kept()
  await table.raise({ tags: new Map([['post', mark(35, 35)]]), horizon: tide(40) })
  await look()
  expect(near.read(tags, undefined)).toBeUndefined()
  await raise({ tags: new Map([['post', mark(35, 35)]]), horizon: tide(40) })
  expect(near.read(tags, undefined)).toBeDefined()

  await table.raise({ floor: mark(38, 38) })
  await look()
  expect(near.read(tags, undefined)?.floor).toMatchObject({ lsn: mark(38, 38).lsn })

  await table.raise({ catalog: { ...mark(40, 0), hash: 'another', json: '{}' } })
  await look()
  expect(near.read(tags, undefined)).toBeUndefined()
  expect(near.read(tags, 'another')).toBeDefined()
})

test('it says nothing when Redis was not seen for a while, or has lost its table', async () => {
  await kept()
  now += 1001
  expect(near.read(tags, undefined)).toBeUndefined()
  await look()
  expect(near.read(tags, undefined)).toBeDefined()
  table = new MemoryTable()
  await look()
  expect(near.read(tags, undefined)).toBeUndefined()
})

test('what Redis has not applied is not applied here', async () => {
  await kept()
  table = new MemoryTable()
  await raise({ witness: tide(30), tags: new Map([['post', mark(31, 31)]]), horizon: tide(31) })
  expect(near.read(tags, undefined)).toMatchObject({ horizon: tide(30), tags: new Map() })
})

test('a new stream begins with nothing: between the two somebody else may have read the slot', async () => {
  await kept()
  near.end()
  expect(near.read(tags, undefined)).toBeUndefined()
  // The other consumer's, with a change that is not told here.
  await table.raise({ tags: new Map([['post', mark(35, 35)]]), horizon: tide(40) })
  near.begin()
  await look()
  expect(near.read(tags, undefined)).toBeUndefined()
  await raise({ horizon: tide(50) })
  expect(near.read(tags, undefined)).toMatchObject({ floor: { lsn: tide(50).lsn } })
  // It was found good through 30, which this stream knows nothing of: Redis knows.
  expect(await lookup(any)).toMatchObject({ outcome: 'stale' })
})

test('what a stream that has ended had sent is not taken for part of the next one', async () => {
  await kept()
  const sent = Promise.withResolvers<void>()
  const slow: Pick<TideTable, 'raise'> = {
    raise: async (what) => {
      const raised = await table.raise(what)
      await sent.promise
      return raised
    },
  }
  const late = near.raise(slow, { horizon: tide(60) })
  near.end()
  near.begin()
  sent.resolve()
  await late
  await look()
  expect(near.read(tags, undefined)).toBeUndefined()
})

test('of too many tags it forgets the older ones, and what they may have changed with them', async () => {
  await kept()
  const many = ['a', 'b', 'c', 'd'].map((tag) => [tag, mark(35, 35)] as const)
  await raise({ tags: new Map(many), horizon: tide(40) })
  expect(near.read(tags, undefined)).toMatchObject({
    floor: { lsn: tide(40).lsn },
    tags: new Map(),
  })
  expect(await lookup(any)).toMatchObject({ outcome: 'hit' })
  expect(trips).toBe(1)
  await raise({ horizon: tide(41) })
  expect(await lookup(atLeast(41))).toMatchObject({ outcome: 'hit', from: 'memory' })
  expect(trips).toBe(1)
})

test('its version changes with whatever may have made an answer stale, and with nothing else', async () => {
  await kept()
  const before = near.version
  await raise({ horizon: tide(40) })
  expect(near.version).toBe(before)
  await raise({ tags: new Map([['other', mark(41, 41)]]), horizon: tide(41) })
  const raised = near.version
  expect(raised).not.toBe(before)
  await raise({ floor: mark(41, 41) })
  const floored = near.version
  expect(floored).not.toBe(raised)
  near.end()
  expect(near.version).not.toBe(floored)
})
