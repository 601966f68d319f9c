import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  decodeXid,
  encodeXid,
  maxXid,
  nextXid,
  parseXid,
  toXid,
  widenXid,
} from '../../../src/tide/xid.ts'
import { anyXid, errorOf } from './arbitraries.ts'

const WRAP = 2n ** 32n
const HALF = 2n ** 31n

test('every id survives the way through decimal and through hex', () => {
  fc.assert(
    fc.property(anyXid, (xid) => {
      expect(parseXid(String(xid))).toBe(xid)
      expect(decodeXid(encodeXid(xid))).toBe(xid)
    }),
  )
})

test('the hex strings are ordered as the ids are', () => {
  fc.assert(fc.property(anyXid, anyXid, (a, b) => a < b === encodeXid(a) < encodeXid(b)))
})

test.each(['', ' 1', '1 ', '-1', '+1', '1.0', '1e3', '0x10', 'abc', '18446744073709551616'])(
  'malformed text is refused: %j',
  (text) => {
    expect(() => parseXid(text)).toThrow(errorOf('POSITION_MALFORMED'))
  },
)

test('the greater and the next id', () => {
  expect(maxXid(toXid(7n), toXid(9n))).toBe(9n)
  expect(maxXid(toXid(9n), toXid(7n))).toBe(9n)
  expect(nextXid(toXid(7n))).toBe(8n)
  expect(() => nextXid(toXid(2n ** 64n - 1n))).toThrow(errorOf('POSITION_MALFORMED'))
})

describe('widening the 32 bits that pgoutput tells', () => {
  test.each([
    ['in the same cycle', 748, 700n, 748n],
    ['in the same cycle, behind', 700, 748n, 700n],
    ['just past a wrap', 3, WRAP - 1n, WRAP + 3n],
    ['just before a wrap', 0xffff_ffff, WRAP + 3n, WRAP - 1n],
    ['many cycles on', 5, 7n * WRAP + 9n, 7n * WRAP + 5n],
    ['many cycles on, past a wrap', 5, 8n * WRAP - 2n, 8n * WRAP + 5n],
    ['high in the first cycle, which has none before it', 0xffff_fff0, 3n, 0xffff_fff0n],
    ['equal', 9, WRAP + 9n, WRAP + 9n],
  ])('%s', (_, low, near, xid) => {
    expect(widenXid(low, toXid(near))).toBe(xid)
  })

  test('finds every id within half a cycle of the known one', () => {
    const cycles = fc.bigInt({ min: 0n, max: 2n ** 34n })
    const distances = fc.bigInt({ min: 1n - HALF, max: HALF - 1n })
    fc.assert(
      fc.property(cycles, distances, (near, distance) => {
        const xid = near + distance
        fc.pre(xid >= 0n)
        expect(widenXid(Number(xid % WRAP), toXid(near))).toBe(xid)
      }),
    )
  })

  test('takes the low bits as signed too, as a reader of 32-bit integers may give them', () => {
    expect(widenXid(-1, toXid(WRAP + 3n))).toBe(WRAP - 1n)
  })
})
