import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { covers } from '../../../src/tide/covers.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { reaches } from '../../../src/tide/position.ts'
import { EMPTY_TOKEN, joinTokens, toToken } from '../../../src/tide/token.ts'
import { toXid } from '../../../src/tide/xid.ts'
import { nearPosition, nearToken } from './arbitraries.ts'
import { anySnapshot, boundsOf, gives } from './session-model.ts'

test('what a bound covers, the snapshot gives', () => {
  fc.assert(
    fc.property(anySnapshot, nearToken, (snapshot, token) => {
      for (const lo of boundsOf(snapshot)) {
        if (covers(lo, token)) expect(gives(snapshot, token)).toBe(true)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a bound that covers a join covers both parts', () => {
  fc.assert(
    fc.property(anySnapshot, nearToken, nearToken, (snapshot, a, b) => {
      for (const lo of boundsOf(snapshot)) {
        if (covers(lo, joinTokens(a, b))) expect(covers(lo, a) && covers(lo, b)).toBe(true)
      }
    }),
    { numRuns: 1000 },
  )
})

test('every bound covers the empty token', () => {
  fc.assert(
    fc.property(anySnapshot, (snapshot) => {
      for (const lo of boundsOf(snapshot)) expect(covers(lo, EMPTY_TOKEN)).toBe(true)
    }),
  )
})

describe('the bound of a replica', () => {
  test('covers a token of positions exactly if it reaches it', () => {
    fc.assert(
      fc.property(nearPosition, nearPosition, (lo, need) => {
        expect(covers(lo, toToken(need))).toBe(reaches(lo, need))
      }),
    )
  })

  test('cannot tell whether a transaction is shown', () => {
    const lo = { epoch: 1, lsn: toLsn(900n) }
    expect(covers(lo, toToken({ epoch: 1, xids: [toXid(7n)] }))).toBe(false)
    expect(covers(lo, toToken({ epoch: 1, xmin: toXid(7n) }))).toBe(false)
  })
})

describe('the bound of the primary', () => {
  const lo = { epoch: 2, xmin: toXid(700n) }

  test('covers the transactions strictly below its xmin', () => {
    expect(covers(lo, toToken({ epoch: 2, xids: [toXid(698n), toXid(699n)] }))).toBe(true)
    expect(covers(lo, toToken({ epoch: 2, xids: [toXid(698n), toXid(700n)] }))).toBe(false)
  })

  test('covers an xmin up to its own', () => {
    expect(covers(lo, toToken({ epoch: 2, xmin: toXid(700n) }))).toBe(true)
    expect(covers(lo, toToken({ epoch: 2, xmin: toXid(701n) }))).toBe(false)
  })

  test('cannot tell how far along the WAL its snapshot is', () => {
    expect(covers(lo, toToken({ epoch: 2, lsn: toLsn(1n) }))).toBe(false)
    expect(covers(lo, toToken({ epoch: 2, lsn: toLsn(1n), xids: [toXid(3n)] }))).toBe(false)
  })

  test('covers every settled token of an earlier epoch and none of a later one', () => {
    expect(covers(lo, toToken({ epoch: 1, lsn: toLsn(900n) }))).toBe(true)
    expect(covers(lo, toToken({ epoch: 3 }))).toBe(false)
  })
})
