/** Random values for the properties of this folder, and what an error of a given code looks like. */
import * as fc from 'fast-check'
import { expect } from 'vitest'

import type { TidegateErrorCode } from '../../../src/errors.ts'
import { type Lsn, toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'
import { type Token, toToken } from '../../../src/tide/token.ts'
import { toXid, type Xid } from '../../../src/tide/xid.ts'

export function errorOf(code: TidegateErrorCode): unknown {
  return expect.objectContaining({ name: 'TidegateError', code })
}

const MAX_UINT64 = 2n ** 64n - 1n
const uint64 = fc.bigInt({ min: 0n, max: MAX_UINT64 })

export const anyLsn: fc.Arbitrary<Lsn> = uint64.map(toLsn)
export const anyXid: fc.Arbitrary<Xid> = uint64.map(toXid)
const anyEpoch = fc.integer({ min: 1, max: 2 ** 32 - 1 })

export const anyPosition: fc.Arbitrary<Position> = fc.record({ epoch: anyEpoch, lsn: anyLsn })

/** Few values, so that two random ones are often equal in part. */
export const nearLsn: fc.Arbitrary<Lsn> = fc.bigInt({ min: 0n, max: 20n }).map(toLsn)
export const nearXid: fc.Arbitrary<Xid> = fc.bigInt({ min: 0n, max: 39n }).map(toXid)
export const nearPosition: fc.Arbitrary<Position> = fc.record({
  epoch: fc.integer({ min: 1, max: 3 }),
  lsn: nearLsn,
})

/** Parts of a token, as many and as disordered as callers may bring them. */
export const nearTokenParts: fc.Arbitrary<Token> = fc.record({
  epoch: fc.integer({ min: 1, max: 3 }),
  lsn: nearLsn,
  xids: fc.array(nearXid, { maxLength: 12 }),
  xmin: nearXid,
})

export const nearToken: fc.Arbitrary<Token> = nearTokenParts.map(toToken)

/** Over the whole range of every field. */
export const anyToken: fc.Arbitrary<Token> = fc
  .record({
    epoch: anyEpoch,
    lsn: anyLsn,
    xids: fc.array(anyXid, { maxLength: 10 }),
    xmin: fc.oneof(fc.constant(toXid(0n)), anyXid),
  })
  .map(toToken)
