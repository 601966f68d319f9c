/** What every store of the tide table does, whatever it is made of. */
import { beforeEach, describe, expect, test } from 'vitest'

import type { Applied, Mark, TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { type Tide, toTide } from '../../../src/tide/tide.ts'
import { toXid } from '../../../src/tide/xid.ts'

/** Gives an empty table. */
export type OpenTable = () => Promise<TideTable>

export function mark(lsn: number, xid: number, epoch = 1): Mark {
  return { epoch, lsn: toLsn(BigInt(lsn)), xid: toXid(BigInt(xid)) }
}

export function tide(lsn: number, at = lsn, epoch = 1): Tide {
  return toTide({ epoch, lsn: toLsn(BigInt(lsn)) }, at)
}

function tags(entries: Readonly<Record<string, Mark>>): ReadonlyMap<string, Mark> {
  return new Map(Object.entries(entries))
}

export function describeTideTable(open: OpenTable): void {
  let table: TideTable

  beforeEach(async () => {
    table = await open()
  })

  test('knows nothing at first', async () => {
    expect(await table.read({ tags: ['public.post'], nodes: ['fra'] })).toEqual({
      horizon: undefined,
      floor: undefined,
      history: undefined,
      primary: undefined,
      tags: new Map(),
      applied: new Map(),
    })
    expect(await table.readCatalog()).toBeUndefined()
  })

  test('gives back what was raised, to the last digit', async () => {
    const applied = {
      ...tide(2 ** 50),
      role: 'standby',
      timeline: 3,
      xmin: toXid(2n ** 63n + 1n),
      at: 1_790_000_000_123,
    } as const
    const unclear = { ...mark(7, 0), xid: undefined, role: 'subscriber', timeline: 1 } as const
    const { xid: _, ...position } = unclear
    const blind = { ...position, xmin: undefined, at: undefined }
    const history = { ended: [{ epoch: 1, endedAt: toLsn(0x1_0000_0001n) }], current: 2 }
    const raise = {
      tags: tags({ 'public.post': mark(0xabcdef, 0xfedcba), 'public.post#id=ü €': mark(1, 2) }),
      horizon: tide(0xffff_ffff_ff, 1_790_000_000_000, 2),
      floor: mark(3, 4),
      history,
      primary: { epoch: 2, node: 'münchen-1 #' },
      applied: new Map<string, Applied>([
        ['fra', applied],
        ['syd', blind],
      ]),
    }
    await table.raise(raise)
    const { tags: raised, ...others } = await table.read({
      tags: ['public.post', 'public.other', 'public.post#id=ü €'],
      nodes: ['fra', 'gru', 'syd'],
    })
    expect(raised).toEqual(raise.tags)
    const { tags: __, ...expected } = raise
    expect(others).toEqual(expected)
  })

  test('answers a raise with its horizon and how many tags it keeps', async () => {
    const first = await table.raise({
      tags: tags({ a: mark(5, 5), b: mark(5, 5) }),
      horizon: tide(5),
    })
    expect(first).toEqual({ outcome: 'raised', horizon: tide(5), tags: 2 })
    const second = await table.raise({ tags: tags({ b: mark(6, 6), c: mark(6, 6) }) })
    expect(second).toEqual({ outcome: 'raised', horizon: tide(5), tags: 3 })
  })

  test('raises and never lowers, in whatever order raises come', async () => {
    const later = { tags: tags({ a: mark(20, 9) }), horizon: tide(20), floor: mark(8, 8) }
    const earlier = { tags: tags({ a: mark(10, 12) }), horizon: tide(10), floor: mark(4, 9) }
    await table.raise(later)
    await table.raise(earlier)
    await table.raise(earlier)
    const { tags: raised, horizon, floor } = await table.read({ tags: ['a'] })
    // Of two commits, the one that ended first may have the greater id.
    expect(raised.get('a')).toEqual(mark(20, 12))
    expect(horizon).toEqual(tide(20))
    expect(floor).toEqual(mark(8, 9))
  })

  test('lets a later epoch win although its positions are lower', async () => {
    await table.raise({ tags: tags({ a: mark(90, 90) }), horizon: tide(90), floor: mark(90, 90) })
    const second = {
      tags: tags({ a: mark(5, 6, 2) }),
      horizon: tide(5, 1, 2),
      floor: mark(4, 4, 2),
    }
    await table.raise(second)
    await table.raise({ tags: tags({ a: mark(99, 99) }), horizon: tide(99), floor: mark(99, 99) })
    expect(await table.read({ tags: ['a'] })).toMatchObject(second)
  })

  test('orders digits as numbers, in every place and locale', async () => {
    const texts = ['a9', 'aa', 'ab', 'af', 'b0', 'dd', 'de', 'ff', '100']
    const ordered = texts.map((text) => Number.parseInt(text, 16))
    for (const [index, lsn] of ordered.entries()) {
      await table.raise({ tags: tags({ a: mark(lsn, lsn) }), horizon: tide(lsn) })
      const below = ordered[index - 1]
      if (below !== undefined) {
        await table.raise({ tags: tags({ a: mark(below, below) }), horizon: tide(below) })
      }
      const reading = await table.read({ tags: ['a'] })
      expect(reading.tags.get('a')).toEqual(mark(lsn, lsn))
      expect(reading.horizon).toEqual(tide(lsn))
    }
  })

  test('keeps the later history, primary and catalog', async () => {
    const first = { ended: [], current: 1 }
    const second = { ended: [{ epoch: 1, endedAt: toLsn(7n) }], current: 2 }
    const catalog = { ...tide(9), hash: 'c0ffee', json: '{"tables":["ü"]}' }
    const { at: _, ...published } = catalog
    await table.raise({
      history: second,
      primary: { epoch: 2, node: 'b' },
      catalog: published,
    })
    const before = { epoch: 1, lsn: toLsn(8n), hash: 'ffffff', json: '{}' }
    await table.raise({ history: first, primary: { epoch: 1, node: 'z' }, catalog: before })
    const reading = await table.read()
    expect(reading.history).toEqual(second)
    expect(reading.primary).toEqual({ epoch: 2, node: 'b' })
    expect(await table.readCatalog()).toEqual(published)
  })

  describe('when writes were lost', () => {
    const witnessed = {
      tags: tags({ a: mark(30, 30) }),
      horizon: tide(30),
      floor: mark(29, 29),
      witness: tide(20),
    }

    test('an empty table applies nothing and says so', async () => {
      expect(await table.raise(witnessed)).toEqual({ outcome: 'lost', horizon: undefined })
      expect(await table.read({ tags: ['a'] })).toMatchObject({
        horizon: undefined,
        floor: undefined,
        tags: new Map(),
      })
    })

    test('so does a table that was set back', async () => {
      await table.raise({ horizon: tide(19) })
      expect(await table.raise(witnessed)).toEqual({ outcome: 'lost', horizon: tide(19) })
      expect((await table.read({ tags: ['a'] })).tags.size).toBe(0)
    })

    test('and one whose horizon is the witness or later applies it', async () => {
      await table.raise({ horizon: tide(20, 0) })
      expect(await table.raise(witnessed)).toMatchObject({ outcome: 'raised', horizon: tide(30) })
      expect(await table.raise({ ...witnessed, witness: tide(25) })).toMatchObject({
        outcome: 'raised',
      })
    })

    test('a witness of an older epoch is below any of a later one', async () => {
      await table.raise({ horizon: tide(3, 0, 2) })
      expect(await table.raise(witnessed)).toMatchObject({ outcome: 'raised' })
      const ahead = { ...witnessed, witness: tide(4, 0, 2) }
      expect(await table.raise(ahead)).toMatchObject({ outcome: 'lost' })
    })
  })

  test('takes a raise of many tags', async () => {
    const count = 12_345
    const many = new Map(Array.from({ length: count }, (_, id) => [`t#id=${id}`, mark(id + 1, 9)]))
    const raised = await table.raise({ tags: many, horizon: tide(count) })
    expect(raised).toEqual({ outcome: 'raised', horizon: tide(count), tags: count })
    const asked = ['t#id=0', 't#id=4999', 't#id=5000', `t#id=${count - 1}`]
    const reading = await table.read({ tags: asked })
    expect([...reading.tags.keys()]).toEqual(asked)
    expect(reading.horizon).toEqual(tide(count))
  })

  describe('compaction', () => {
    beforeEach(async () => {
      await table.raise({
        tags: tags({
          both: mark(10, 10),
          lateId: mark(10, 11),
          lateEnd: mark(11, 10),
          above: mark(20, 20),
        }),
        horizon: tide(20),
      })
    })

    test('leaves a table alone that keeps no more than it may', async () => {
      expect(await table.compact(mark(10, 10), 4)).toBe(0)
      expect((await table.read()).floor).toBeUndefined()
    })

    test('raises the floor and removes what it includes, by end and by id', async () => {
      expect(await table.compact(mark(10, 10), 3)).toBe(1)
      const reading = await table.read({ tags: ['both', 'lateId', 'lateEnd', 'above'] })
      expect(reading.floor).toEqual(mark(10, 10))
      expect([...reading.tags.keys()]).toEqual(['lateId', 'lateEnd', 'above'])
      expect(reading.horizon).toEqual(tide(20))
    })

    test('counts what is left, and counts a tag that comes back', async () => {
      await table.compact(mark(10, 10), 3)
      expect(await table.raise({})).toMatchObject({ tags: 3 })
      expect(await table.raise({ tags: tags({ both: mark(10, 10) }) })).toMatchObject({ tags: 4 })
    })

    test('never lowers a floor', async () => {
      await table.raise({ floor: mark(15, 5) })
      await table.compact(mark(10, 10), 0)
      const reading = await table.read({ tags: ['lateEnd'] })
      expect(reading.floor).toEqual(mark(15, 10))
      expect(reading.tags.size).toBe(0)
    })

    test('removes all of an older epoch', async () => {
      expect(await table.compact(mark(1, 1, 2), 0)).toBe(4)
    })

    test('goes through a large table', async () => {
      const many = new Map(Array.from({ length: 7000 }, (_, id) => [`t#id=${id}`, mark(5, 5)]))
      await table.raise({ tags: many })
      expect(await table.compact(mark(6, 6), 100)).toBe(7000)
      expect(await table.raise({})).toMatchObject({ tags: 4 })
    })
  })

  test('leaves the catalog and the nodes when it is compacted', async () => {
    const applied = { ...mark(1, 1), role: 'primary', timeline: 1, xmin: undefined, at: 5 } as const
    const { xid: _, ...node } = applied
    const catalog = { epoch: 1, lsn: toLsn(1n), hash: 'x', json: '{}' }
    await table.raise({
      tags: tags({ a: mark(1, 1) }),
      applied: new Map([['n', node]]),
      catalog,
    })
    expect(await table.compact(mark(9, 9), 0)).toBe(1)
    expect(await table.readCatalog()).toEqual(catalog)
    expect((await table.read({ nodes: ['n'] })).applied.get('n')).toEqual(node)
  })
}
