import { expect, test } from 'vitest'

import { Breaker } from '../../../src/breaker.ts'
import { Cache, type Fresh } from '../../../src/cache/cache.ts'
import { type CachedRead, ReadThrough } from '../../../src/cache/read-through.ts'
import { MemoryStore } from '../../../src/cache/stores/memory-store.ts'
import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import {
  any,
  atLeast,
  fromStandby,
  keyOf,
  someRows,
} from '../../support/cache/cache-conformance.ts'
import { mark, tide } from '../../support/cache/tide-table-conformance.ts'

const tags = ['post']

async function setUp(singleFlight = true): Promise<{
  table: MemoryTable
  cache: Cache
  through: ReadThrough<Fresh>
}> {
  const table = new MemoryTable()
  await table.raise({ floor: mark(10, 10), horizon: tide(10) })
  const cache = new Cache({ store: new MemoryStore({ table }), breaker: new Breaker() })
  return { table, cache, through: new ReadThrough({ cache, singleFlight }) }
}

/** A read whose loads are answered by hand. */
class Postgres {
  readonly loads: PromiseWithResolvers<Fresh>[] = []

  read(changed: Partial<CachedRead<Fresh>> = {}): CachedRead<Fresh> {
    return {
      key: keyOf('select * from post'),
      tags,
      need: any,
      ttlMs: 60_000,
      keep: (fresh) => fresh,
      load: async () => {
        const load = Promise.withResolvers<Fresh>()
        this.loads.push(load)
        return await load.promise
      },
      ...changed,
    }
  }

  async asked(times: number): Promise<void> {
    await expect.poll(() => this.loads.length).toBe(times)
  }
}

async function refuse(): Promise<Fresh> {
  return await Promise.reject(new Error('no'))
}

async function answer(): Promise<Fresh> {
  return await Promise.resolve(fromStandby(20))
}

function keepNothing(): undefined {
  return undefined
}

/** Lookups in memory end in this turn of the loop: in the next, all reads wait for Postgres. */
async function untilAllWait(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve)
  })
}

test('asks Postgres on a miss and answers the next read from the cache', async () => {
  const { through } = await setUp()
  const postgres = new Postgres()
  const first = through.read(postgres.read())
  await postgres.asked(1)
  postgres.loads[0]?.resolve(fromStandby(20))
  expect(await first).toMatchObject({ lookup: { outcome: 'miss' }, loaded: fromStandby(20) })
  const second = await through.read(postgres.read())
  expect(second).toMatchObject({ lookup: { outcome: 'hit' }, cached: { result: someRows } })
  expect(postgres.loads).toHaveLength(1)
})

test('many readers of one thing ask once', async () => {
  const { through } = await setUp()
  const postgres = new Postgres()
  const reads = Array.from({ length: 50 }, async () => await through.read(postgres.read()))
  await untilAllWait()
  postgres.loads[0]?.resolve(fromStandby(20))
  const outcomes = await Promise.all(reads)
  expect(outcomes.filter((outcome) => 'shared' in outcome && outcome.shared)).toHaveLength(49)
  expect(postgres.loads).toHaveLength(1)
})

test('a reader whose need the load under way does not meet asks for itself', async () => {
  const { through } = await setUp()
  const postgres = new Postgres()
  const before = through.read(postgres.read({ need: atLeast(20) }))
  await postgres.asked(1)
  // It has written meanwhile: what is on its way was read before.
  const after = through.read(postgres.read({ need: atLeast(30) }))
  const same = through.read(postgres.read({ need: atLeast(20) }))
  await untilAllWait()
  postgres.loads[0]?.resolve(fromStandby(20))
  expect(await before).toMatchObject({ shared: false })
  expect(await same).toMatchObject({ shared: true })
  await postgres.asked(2)
  postgres.loads[1]?.resolve(fromStandby(30))
  expect(await after).toMatchObject({ loaded: fromStandby(30), shared: false })
})

test('one whose answer turns out to be new enough is taken all the same', async () => {
  const { through } = await setUp()
  const postgres = new Postgres()
  const before = through.read(postgres.read())
  await postgres.asked(1)
  const after = through.read(postgres.read({ need: atLeast(30) }))
  await untilAllWait()
  postgres.loads[0]?.resolve(fromStandby(30))
  expect(await before).toMatchObject({ shared: false })
  expect(await after).toMatchObject({ shared: true })
})

test('a load that fails fails its own reader, and the others ask for themselves', async () => {
  const { through } = await setUp()
  const postgres = new Postgres()
  const first = through.read(postgres.read())
  await postgres.asked(1)
  const second = through.read(postgres.read())
  await untilAllWait()
  postgres.loads[0]?.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  await postgres.asked(2)
  postgres.loads[1]?.resolve(fromStandby(20))
  expect(await second).toMatchObject({ loaded: fromStandby(20) })
})

test('nobody waits for the promise of another where that is not allowed', async () => {
  const { through } = await setUp(false)
  const postgres = new Postgres()
  const reads = [through.read(postgres.read()), through.read(postgres.read())]
  await postgres.asked(2)
  for (const load of postgres.loads) load.resolve(fromStandby(20))
  for (const read of await Promise.all(reads)) expect(read).toMatchObject({ shared: false })
})

test('what has become stale is served while it is refreshed, as far as the need allows', async () => {
  const { through, cache, table } = await setUp()
  await cache.fill(keyOf('select * from post'), tags, fromStandby(20), 60_000)
  await table.raise({ tags: new Map([['post', mark(30, 30)]]), horizon: tide(30) })
  const postgres = new Postgres()
  const background: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>): void => void background.push(work)

  const read = await through.read(postgres.read({ need: atLeast(20), waitUntil }))
  expect(read).toMatchObject({
    lookup: { outcome: 'stale', tag: 'post' },
    cached: { hi: { lsn: 20n } },
  })
  await postgres.asked(1)
  postgres.loads[0]?.resolve(fromStandby(30))
  await Promise.all(background)
  const next = await through.read(postgres.read({ need: atLeast(30), waitUntil }))
  expect(next).toMatchObject({ lookup: { outcome: 'hit' } })

  await table.raise({ tags: new Map([['post', mark(40, 40)]]), horizon: tide(40) })
  const newer = through.read(postgres.read({ need: atLeast(40), waitUntil }))
  await postgres.asked(2)
  postgres.loads[1]?.resolve(fromStandby(40))
  expect(await newer).toMatchObject({ loaded: fromStandby(40) })
})

test('a refresh that fails is nobody else’s failure', async () => {
  const { through, cache, table } = await setUp()
  await cache.fill(keyOf('select * from post'), tags, fromStandby(20), 60_000)
  await table.raise({ tags: new Map([['post', mark(30, 30)]]), horizon: tide(30) })
  const background: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>): void => void background.push(work)
  const read = await through.read(new Postgres().read({ load: refuse, waitUntil }))
  expect(read).toMatchObject({ cached: { result: someRows } })
  await expect(Promise.all(background)).resolves.toEqual([undefined])
})

test('an answer whose positions are not known is given and not kept', async () => {
  const { through, cache } = await setUp()
  await through.read(new Postgres().read({ load: answer, keep: keepNothing }))
  expect(cache.counts.fill.filled).toBe(0)
})
