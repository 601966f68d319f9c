/** What the cache does over every store and through every tier. */
import { beforeEach, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { Breaker } from '../../../src/breaker.ts'
import { Cache, type Fresh } from '../../../src/cache/cache.ts'
import type { CachedResult } from '../../../src/cache/entry.ts'
import { cacheKey, type CacheKey } from '../../../src/cache/key.ts'
import type { MemoryTier } from '../../../src/cache/memory-tier.ts'
import type { EntryNeed } from '../../../src/cache/need.ts'
import type { Lookup } from '../../../src/cache/outcome.ts'
import type { CacheStore } from '../../../src/cache/stores/store.ts'
import type { TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import { toToken } from '../../../src/tide/token.ts'
import { mark, tide } from './tide-table-conformance.ts'

export interface CacheParts {
  readonly store: CacheStore
  readonly table: TideTable
  readonly memory?: MemoryTier
}

export const any: EntryNeed = { kind: 'any' }

export function atLeast(lsn: number, epoch = 1): EntryNeed {
  return { kind: 'token', token: toToken({ epoch, lsn: mark(lsn, 0).lsn }) }
}

/** A few, of the forms in which Postgres writes them. */
export const someRows: CachedResult = {
  fields: [
    ['id', 20],
    ['name', 25],
    ['at', 1184],
  ].map(([name, dataTypeID]) => ({
    name: String(name),
    dataTypeID: Number(dataTypeID),
    tableID: 16_400,
    columnID: 1,
    dataTypeSize: 8,
    dataTypeModifier: -1,
    format: 'text',
  })),
  rows: [
    ['9223372036854775807', 'Grüße\n"✓"\\ 🌊', '2026-11-21 06:30:57.123456+00'],
    ['-1', '', null],
  ],
  command: 'SELECT',
  rowCount: 2,
}

/** As a standby gives it. */
export function fromStandby(lo: number, hi = lo, result = someRows): Fresh {
  return {
    lo: { epoch: 1, lsn: mark(lo, 0).lsn },
    hi: { epoch: 1, lsn: mark(hi, 0).lsn },
    at: undefined,
    result,
  }
}

/** As the primary gives it. */
export function fromPrimary(xmin: number, hi: number, result = someRows): Fresh {
  return {
    lo: { epoch: 1, xmin: mark(0, xmin).xid },
    hi: { epoch: 1, lsn: mark(hi, 0).lsn },
    at: undefined,
    result,
  }
}

export function keyOf(text: string, ...params: unknown[]): CacheKey {
  const key = cacheKey({ text, params, database: 'app', role: 'app' })
  if (!key) throw new Error('These parameters make no key')
  return key
}

const MINUTE = 60_000

export function describeCache(open: () => Promise<CacheParts>): void {
  const key = keyOf('select * from post where id = $1', 42)
  const tags = ['post#id=42', 'post#*']
  let table: TideTable
  let cache: Cache

  beforeEach(async () => {
    const parts = await open()
    table = parts.table
    cache = new Cache({ ...parts, breaker: new Breaker(), budgetMs: 5000, fillBudgetMs: 5000 })
    await table.raise({ floor: mark(10, 10), horizon: tide(10) })
  })

  async function lookup(need: EntryNeed, serveStale = false): Promise<Lookup> {
    return await cache.lookup({ key, tags, need, serveStale })
  }

  async function commit(lsn: number, xid: number, ...touched: string[]): Promise<void> {
    const marks = new Map(touched.map((tag) => [tag, mark(lsn, xid)]))
    await table.raise({ tags: marks, horizon: tide(lsn) })
  }

  test('misses what was never filled, and hits what was', async () => {
    expect(await lookup(any)).toEqual({ outcome: 'miss' })
    expect(await cache.fill(key, tags, fromStandby(20), MINUTE)).toBe('filled')
    expect(await lookup(any)).toMatchObject({ outcome: 'hit', answer: { result: someRows } })
  })

  test('another text, parameter, type, role or database is another question', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    const others = [
      keyOf('select * from post where id = $1', 43),
      keyOf('select * from post where id = $1', '42'),
      keyOf('select  * from post where id = $1', 42),
      cacheKey({
        text: 'select * from post where id = $1',
        params: [42],
        database: 'app',
        role: 'x',
      }),
    ]
    for (const other of others) {
      if (!other) throw new Error('It should have a key')
      expect(await cache.lookup({ key: other, tags, need: any })).toEqual({ outcome: 'miss' })
    }
  })

  test('gives back every value byte for byte, also where it is compressed', async () => {
    const rows = Array.from({ length: 2000 }, (_, id) => [
      String(id),
      `row ${id} 🌊 ${'é'.repeat(20)}`,
      null,
    ])
    const large = { ...someRows, rows, rowCount: 2000 }
    await cache.fill(key, tags, fromStandby(20, 20, large), MINUTE)
    const found = await lookup(any)
    expect(found.outcome).toBe('hit')
    expect('answer' in found && found.answer?.result).toEqual(large)
  })

  test('keeps that there is nothing', async () => {
    const nothing = { ...someRows, rows: [], rowCount: 0 }
    await cache.fill(key, tags, fromStandby(20, 20, nothing), MINUTE)
    expect(await lookup(any)).toMatchObject({ outcome: 'hit', answer: { result: nothing } })
  })

  test('an entry is good as far as the horizon, and a read that needs more is told', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await commit(30, 30, 'other')
    expect(await lookup(atLeast(30))).toMatchObject({
      outcome: 'hit',
      answer: { tide: { epoch: 1, lsn: 30n } },
    })
    expect(await lookup(atLeast(31))).toEqual({ outcome: 'behind', horizon: tide(30) })
  })

  test("reads bounded in time are answered by the primary's clock at the horizon", async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await table.raise({ horizon: tide(30, 5000) })
    expect(await lookup({ kind: 'within', since: 5000 })).toMatchObject({ outcome: 'hit' })
    expect(await lookup({ kind: 'within', since: 5001 })).toMatchObject({ outcome: 'behind' })
  })

  test('says which tag was raised since', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await commit(30, 30, 'post', 'post#id=43')
    expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit' })
    await commit(31, 31, 'post', 'post#id=42')
    expect(await lookup(atLeast(31))).toEqual({
      outcome: 'stale',
      tag: 'post#id=42',
      answer: undefined,
    })
  })

  test('a stale entry answers a need below it, for who has a way to refresh it', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await commit(30, 30, 'post#*')
    const allowed = await lookup(atLeast(20), true)
    // In this process the entry itself is enough for that.
    expect(allowed.outcome).toMatch(/^(hit|stale)$/)
    expect(allowed).toMatchObject({ answer: { result: someRows } })
    expect(await lookup(atLeast(21), true)).toMatchObject({ outcome: 'stale', answer: undefined })
  })

  test('what was read before a write and is stored after its tag is never good', async () => {
    await commit(30, 30, 'post#id=42')
    await cache.fill(key, tags, fromStandby(29, 29), MINUTE)
    expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'stale', tag: 'post#id=42' })
    await cache.fill(key, tags, fromStandby(30, 30), MINUTE)
    expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit' })
  })

  test("what the primary answered is good if every tag's id is below its xmin", async () => {
    await commit(30, 30, 'post#id=42')
    await cache.fill(key, tags, fromPrimary(30, 40), MINUTE)
    expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'stale' })
    await cache.fill(key, tags, fromPrimary(31, 40), MINUTE)
    expect(await lookup(atLeast(30))).toMatchObject({ outcome: 'hit' })
  })

  test('a need for a transaction by its id is met by the xmin of what the primary answered', async () => {
    const need: EntryNeed = {
      kind: 'token',
      token: toToken({ epoch: 1, lsn: tide(9).lsn, xids: [mark(0, 50).xid] }),
    }
    await cache.fill(key, tags, fromPrimary(51, 40), MINUTE)
    expect(await lookup(need)).toMatchObject({ outcome: 'hit' })
    await cache.fill(key, tags, fromPrimary(50, 40), MINUTE)
    expect(await lookup(need)).toMatchObject({ outcome: 'behind' })
    await cache.fill(key, tags, fromStandby(60), MINUTE)
    expect(await lookup(need)).toMatchObject({ outcome: 'behind' })
  })

  test('a session that has seen an entry is bound to no more than the entry shows', async () => {
    await cache.fill(key, tags, fromStandby(20, 25), MINUTE)
    await commit(24, 24, 'other')
    // What came between 20 and 25 may be in the rows.
    expect(await lookup(atLeast(24))).toMatchObject({ answer: { hi: { lsn: 25n } } })
    await commit(25, 25, 'other')
    // Nothing came: the rows are as old as all that the table can tell of.
    expect(await lookup(atLeast(25))).toMatchObject({ answer: { hi: { epoch: 1, lsn: 10n } } })
  })

  test('it is bound to the last change that the entry shows', async () => {
    await commit(15, 15, 'post#id=42')
    await commit(18, 18, 'other')
    await cache.fill(key, tags, fromPrimary(19, 22), MINUTE)
    await commit(22, 22, 'other')
    expect(await lookup(atLeast(22))).toMatchObject({ answer: { hi: { epoch: 1, lsn: 15n } } })
  })

  test('a raised floor voids what lies below it', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await table.raise({ floor: mark(21, 21), horizon: tide(21) })
    expect(await lookup(atLeast(21))).toEqual({ outcome: 'miss' })
  })

  test('a table that is missing or without a floor vouches for nothing', async () => {
    const parts = await open()
    const fresh = new Cache({
      ...parts,
      breaker: new Breaker(),
      budgetMs: 5000,
      fillBudgetMs: 5000,
    })
    await fresh.fill(key, tags, fromStandby(20), MINUTE)
    const question = { key, tags, need: atLeast(21) }
    expect(await fresh.lookup(question)).toEqual({ outcome: 'bypass', why: 'unknown' })
    await parts.table.raise({ horizon: tide(30) })
    expect(await fresh.lookup(question)).toEqual({ outcome: 'bypass', why: 'unknown' })
  })

  test('a later epoch voids the entries of the one before', async () => {
    await cache.fill(key, tags, fromStandby(90), MINUTE)
    await table.raise({ floor: mark(50, 50, 2), horizon: tide(50, 50, 2) })
    expect(await lookup(atLeast(50, 2))).toEqual({ outcome: 'miss' })
  })

  test('an entry that was filled by other tags is none', async () => {
    await cache.fill(key, ['view_base'], fromStandby(20), MINUTE)
    expect(await lookup(atLeast(21))).toEqual({ outcome: 'miss' })
  })

  test('the newest data is asked of the primary', async () => {
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    expect(await lookup({ kind: 'strong' })).toEqual({ outcome: 'bypass', why: 'strong' })
  })

  test('what has had its time is gone', async () => {
    await cache.fill(key, tags, fromStandby(20), 1)
    await until('the entry to go', async () => (await lookup(any)).outcome === 'miss')
  })

  test('what is too large is not kept', async () => {
    const rows = [['x'.repeat(2 * 1024 * 1024)]]
    const large = fromStandby(20, 20, { ...someRows, rows })
    expect(await cache.fill(key, tags, large, MINUTE)).toBe('too large')
    expect(await lookup(any)).toEqual({ outcome: 'miss' })
  })

  test('counts what it said', async () => {
    await lookup(any)
    await cache.fill(key, tags, fromStandby(20), MINUTE)
    await lookup(atLeast(10))
    await lookup(atLeast(99))
    await commit(30, 30, 'post#*')
    await lookup(atLeast(30))
    await lookup({ kind: 'strong' })
    const { hit, ...others } = cache.counts
    expect(hit.memory + hit.store).toBe(1)
    expect(others).toMatchObject({ miss: 1, behind: 1, stale: 1 })
    expect(others.bypass.strong).toBe(1)
    expect(others.fill.filled).toBe(1)
  })
}
