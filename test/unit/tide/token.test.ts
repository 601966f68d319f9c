import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { LSN_ZERO, toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'
import {
  EMPTY_TOKEN,
  isRetired,
  joinTokens,
  MAX_XIDS,
  raiseToken,
  shownToken,
  type Token,
  toToken,
} from '../../../src/tide/token.ts'
import { toXid, type Xid, XID_ZERO } from '../../../src/tide/xid.ts'
import { nearPosition, nearToken, nearTokenParts } from './arbitraries.ts'
import { anySnapshot, gives } from './session-model.ts'

function xidsOf(...ids: number[]): Xid[] {
  return ids.map((id) => toXid(BigInt(id)))
}

function learn(ids: readonly number[]): Token {
  return ids.map((id) => toToken({ epoch: 1, xids: xidsOf(id) })).reduce(joinTokens, EMPTY_TOKEN)
}

function at(lsn: bigint, epoch = 1): Position {
  return { epoch, lsn: toLsn(lsn) }
}

describe('the one form of a token', () => {
  test('has its transactions once and in order', () => {
    expect(toToken({ epoch: 1, xids: xidsOf(9, 7, 9, 8) }).xids).toEqual(xidsOf(7, 8, 9))
  })

  test('leaves out the transactions below xmin, which it asks for anyway', () => {
    const token = toToken({ epoch: 1, xids: xidsOf(7, 8, 9), xmin: toXid(8n) })
    expect(token).toMatchObject({ xids: xidsOf(8, 9), xmin: 8n })
  })

  test('folds the oldest of too many transactions into xmin', () => {
    const token = toToken({ epoch: 1, xids: xidsOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) })
    expect(token).toMatchObject({ xids: xidsOf(3, 4, 5, 6, 7, 8, 9, 10), xmin: 3n })
  })

  test('keeps eight transactions as they are', () => {
    const token = toToken({ epoch: 1, xids: xidsOf(8, 7, 6, 5, 4, 3, 2, 1) })
    expect(token).toMatchObject({ xids: xidsOf(1, 2, 3, 4, 5, 6, 7, 8), xmin: XID_ZERO })
  })

  test('is bounded, and is its own form', () => {
    fc.assert(
      fc.property(nearTokenParts, (parts) => {
        const token = toToken(parts)
        expect(token.xids.length).toBeLessThanOrEqual(MAX_XIDS)
        expect(toToken(token)).toEqual(token)
      }),
    )
  })

  test('asks at least what its parts ask', () => {
    fc.assert(
      fc.property(anySnapshot, nearTokenParts, (snapshot, parts) => {
        if (gives(snapshot, toToken(parts))) expect(gives(snapshot, parts)).toBe(true)
      }),
    )
  })
})

describe('join', () => {
  test('is idempotent, commutative and associative, with the empty token as unit', () => {
    fc.assert(
      fc.property(nearToken, nearToken, nearToken, (a, b, c) => {
        expect(joinTokens(a, a)).toEqual(a)
        expect(joinTokens(a, b)).toEqual(joinTokens(b, a))
        expect(joinTokens(joinTokens(a, b), c)).toEqual(joinTokens(a, joinTokens(b, c)))
        expect(joinTokens(a, EMPTY_TOKEN)).toEqual(a)
      }),
      { numRuns: 1000 },
    )
  })

  test('gives the same token whatever the order in which many writes are learnt', () => {
    const writes = fc.uniqueArray(fc.nat({ max: 39 }), { minLength: MAX_XIDS, maxLength: 20 })
    const shuffled = writes.chain((ids) =>
      fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length })),
    )
    fc.assert(
      fc.property(shuffled, ([ids, reordered]) => {
        expect(learn(reordered)).toEqual(learn(ids))
      }),
    )
  })

  test('asks at least what both ask', () => {
    fc.assert(
      fc.property(anySnapshot, nearToken, nearToken, (snapshot, a, b) => {
        if (!gives(snapshot, joinTokens(a, b))) return
        expect(gives(snapshot, a)).toBe(true)
        expect(gives(snapshot, b)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('asks no more than both ask while the transactions are few', () => {
    fc.assert(
      fc.property(anySnapshot, nearToken, nearToken, (snapshot, a, b) => {
        fc.pre(a.xids.length + b.xids.length <= MAX_XIDS)
        const both = gives(snapshot, a) && gives(snapshot, b)
        expect(gives(snapshot, joinTokens(a, b))).toBe(both)
      }),
      { numRuns: 1000 },
    )
  })

  test('a newer epoch wins whole', () => {
    const older = toToken({ epoch: 1, lsn: toLsn(900n), xids: xidsOf(7) })
    const newer = toToken({ epoch: 2, lsn: toLsn(5n) })
    expect(joinTokens(older, newer)).toEqual(newer)
  })
})

describe('reading', () => {
  test('raises the token to what the answer may have seen, and never lowers it', () => {
    fc.assert(
      fc.property(anySnapshot, nearToken, nearPosition, (snapshot, token, hi) => {
        if (!gives(snapshot, raiseToken(token, hi))) return
        expect(gives(snapshot, token)).toBe(true)
        expect(gives(snapshot, toToken(hi))).toBe(true)
      }),
    )
  })

  test('does not forget a write that the answer has not shown', () => {
    const token = toToken({ epoch: 1, xids: xidsOf(7) })
    expect(raiseToken(token, { epoch: 1, lsn: toLsn(5n) })).toEqual({ ...token, lsn: 5n })
  })

  test('an answer that has shown the writes stands for them from then on', () => {
    const token = toToken({ epoch: 1, lsn: toLsn(3n), xids: xidsOf(7, 9), xmin: toXid(5n) })
    expect(shownToken(token, { epoch: 1, lsn: toLsn(5n) })).toEqual(
      toToken({ epoch: 1, lsn: toLsn(5n) }),
    )
    expect(shownToken(token, { epoch: 1, lsn: toLsn(2n) })).toEqual(
      toToken({ epoch: 1, lsn: toLsn(3n) }),
    )
    expect(shownToken(token, { epoch: 2, lsn: toLsn(1n) })).toEqual(
      toToken({ epoch: 2, lsn: toLsn(1n) }),
    )
  })

  test('an answer of an older epoch has shown nothing', () => {
    const token = toToken({ epoch: 2, xids: xidsOf(7) })
    expect(shownToken(token, { epoch: 1, lsn: toLsn(900n) })).toEqual(token)
  })
})

describe('retiring', () => {
  const token = toToken({ epoch: 1, lsn: toLsn(5n) })

  test('a token is retired once every region has passed it', () => {
    expect(isRetired(token, [at(5n), at(6n), at(1n, 2)])).toBe(true)
    expect(isRetired(token, [at(5n), at(4n)])).toBe(false)
  })

  test('a token is not retired while no region is known', () => {
    expect(isRetired(token, [])).toBe(false)
    expect(isRetired(EMPTY_TOKEN, [])).toBe(false)
  })

  test('a token that asks for transactions is not retired by any position', () => {
    const asking = [
      toToken({ epoch: 1, xids: xidsOf(7) }),
      toToken({ epoch: 1, lsn: LSN_ZERO, xmin: toXid(7n) }),
    ]
    for (const one of asking) expect(isRetired(one, [at(900n), at(900n, 2)])).toBe(false)
  })
})
