import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type EntryNeed, impliesNeed, meetsNeed } from '../../../src/cache/need.ts'
import { LSN_ZERO } from '../../../src/tide/lsn.ts'
import type { Stamp } from '../../../src/tide/stamp.ts'
import { nearLsn, nearPosition, nearToken, nearXid } from '../tide/arbitraries.ts'
import { anySnapshot, boundsOf, gives } from '../tide/session-model.ts'

const need: fc.Arbitrary<EntryNeed> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc.record({
    kind: fc.constant('within' as const),
    since: fc.nat({ max: 20 }),
    epoch: fc.nat({ max: 3 }),
  }),
  fc.record({ kind: fc.constant('token' as const), token: nearToken }),
)
const epoch = fc.integer({ min: 1, max: 3 })
const lo: fc.Arbitrary<Stamp['lo']> = fc.oneof(
  fc.record({ epoch, lsn: nearLsn }),
  fc.record({ epoch, xmin: nearXid }),
)
const at = fc.option(fc.nat({ max: 20 }), { nil: undefined })
const through = fc.option(fc.record({ epoch, lsn: nearLsn, at: fc.nat({ max: 20 }) }), {
  nil: undefined,
})

test('an entry by itself meets only what its snapshot gives', () => {
  fc.assert(
    fc.property(anySnapshot, nearToken, (snapshot, token) => {
      for (const bound of boundsOf(snapshot)) {
        const stamp = { lo: bound, hi: { epoch: snapshot.epoch, lsn: snapshot.lsn }, at: undefined }
        if (meetsNeed(stamp, undefined, { kind: 'token', token })) {
          expect(gives(snapshot, token)).toBe(true)
        }
      }
    }),
    { numRuns: 5000 },
  )
})

test('a need that implies another is never met where the other is not', () => {
  let implied = 0
  fc.assert(
    fc.property(need, need, lo, nearPosition, at, through, (met, wanted, low, hi, clock, known) => {
      const stamp = { lo: low, hi, at: clock }
      if (!impliesNeed(met, wanted) || !meetsNeed(stamp, known, met)) return
      implied++
      expect(meetsNeed(stamp, known, wanted)).toBe(true)
    }),
    { numRuns: 20_000 },
  )
  expect(implied).toBeGreaterThan(100)
})

test('to know it good further on never takes from what it meets', () => {
  fc.assert(
    fc.property(need, lo, nearPosition, at, through, (wanted, low, hi, clock, known) => {
      const stamp = { lo: low, hi, at: clock }
      if (meetsNeed(stamp, undefined, wanted)) expect(meetsNeed(stamp, known, wanted)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test('the clock of an epoch says nothing of what a later one has acknowledged', () => {
  const position = { epoch: 1, lsn: LSN_ZERO }
  const stamp = { lo: position, hi: position, at: 10 }
  const ofFirst: EntryNeed = { kind: 'within', since: 10, epoch: 1 }
  const ofSecond: EntryNeed = { kind: 'within', since: 10, epoch: 2 }
  expect(meetsNeed(stamp, undefined, ofFirst)).toBe(true)
  expect(meetsNeed(stamp, undefined, ofSecond)).toBe(false)
  expect(meetsNeed(stamp, { ...position, at: 10 }, ofSecond)).toBe(false)
  expect(meetsNeed(stamp, { ...position, epoch: 2, at: 10 }, ofSecond)).toBe(true)
})

test('nothing that is kept is the newest data', () => {
  fc.assert(
    fc.property(lo, nearPosition, through, (low, hi, known) => {
      expect(meetsNeed({ lo: low, hi, at: 1e15 }, known, { kind: 'strong' })).toBe(false)
    }),
  )
})
