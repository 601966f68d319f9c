import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { toLsn } from '../../../src/tide/lsn.ts'
import { reaches } from '../../../src/tide/position.ts'
import {
  isXminBound,
  spanPrimaryStamps,
  spanReplicaStamps,
  type ReplicaStamp,
} from '../../../src/tide/stamp.ts'
import { toXid } from '../../../src/tide/xid.ts'
import { nearPosition } from './arbitraries.ts'

const replicaStamp: fc.Arbitrary<ReplicaStamp> = fc.record({ lo: nearPosition, hi: nearPosition })

test('two replica answers taken as one are as old as the older and as new as the newer', () => {
  fc.assert(
    fc.property(replicaStamp, replicaStamp, (a, b) => {
      const span = spanReplicaStamps(a, b)
      for (const part of [a, b]) {
        expect(reaches(part.lo, span.lo)).toBe(true)
        expect(reaches(span.hi, part.hi)).toBe(true)
      }
      expect([a.lo, b.lo]).toContainEqual(span.lo)
      expect([a.hi, b.hi]).toContainEqual(span.hi)
    }),
  )
})

test('two primary answers taken as one keep the lower xmin and the higher position', () => {
  const earlier = { lo: { epoch: 1, xmin: toXid(700n) }, hi: { epoch: 1, lsn: toLsn(20n) } }
  const later = { lo: { epoch: 1, xmin: toXid(701n) }, hi: { epoch: 1, lsn: toLsn(21n) } }
  const span = { lo: earlier.lo, hi: later.hi }

  expect(spanPrimaryStamps(earlier, later)).toEqual(span)
  expect(spanPrimaryStamps(later, earlier)).toEqual(span)
})

test('the bound of an older epoch is the lower one whatever its xmin', () => {
  const older = { lo: { epoch: 1, xmin: toXid(900n) }, hi: { epoch: 1, lsn: toLsn(90n) } }
  const newer = { lo: { epoch: 2, xmin: toXid(800n) }, hi: { epoch: 2, lsn: toLsn(50n) } }
  const span = { lo: older.lo, hi: newer.hi }

  expect(spanPrimaryStamps(older, newer)).toEqual(span)
  expect(spanPrimaryStamps(newer, older)).toEqual(span)
})

test('a bound says of which kind it is', () => {
  expect(isXminBound({ epoch: 1, xmin: toXid(3n) })).toBe(true)
  expect(isXminBound({ epoch: 1, lsn: toLsn(3n) })).toBe(false)
})
