import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decodeBase64url, encodeBase64url } from '../../../src/tide/base64url.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { decodeFields, encodeFields, MAX_FIELD_BYTES } from '../../../src/tide/token-bytes.ts'
import { MAX_XIDS, toToken } from '../../../src/tide/token.ts'
import { readVarints, varint } from '../../../src/tide/varint.ts'
import { toXid, XID_ZERO } from '../../../src/tide/xid.ts'
import { anyToken, nearToken, nearTokenParts } from './arbitraries.ts'

const MAX_UINT64 = 2n ** 64n - 1n

function fields(...values: bigint[]): Uint8Array {
  return Uint8Array.from(values.flatMap(varint))
}

describe('a number', () => {
  test.each([
    [0n, [0]],
    [127n, [127]],
    [128n, [128, 1]],
    [MAX_UINT64, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  ])('%s is as many bytes as it needs', (value, bytes) => {
    expect(varint(value)).toEqual(bytes)
  })

  test('numbers one after the other are read as they were written', () => {
    const numbers = fc.array(fc.bigInt({ min: 0n, max: MAX_UINT64 }))
    fc.assert(
      fc.property(numbers, (values) => {
        expect(readVarints(fields(...values))).toEqual(values)
      }),
    )
  })

  test.each([
    ['cut short', [128]],
    ['longer than need be', [129, 0]],
    ['zero in two bytes', [128, 0]],
    ['of 65 bits', [255, 255, 255, 255, 255, 255, 255, 255, 255, 2]],
    ['of eleven bytes', [255, 255, 255, 255, 255, 255, 255, 255, 255, 129, 0]],
  ])('%s is refused', (_, bytes) => {
    expect(readVarints(Uint8Array.from(bytes))).toBeUndefined()
  })
})

describe('base64url', () => {
  test('bytes survive the way through text that needs no quoting anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = encodeBase64url(bytes)
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(decodeBase64url(text)).toEqual(bytes)
      }),
    )
  })

  test('uses the two characters of the URL form', () => {
    expect(encodeBase64url(Uint8Array.of(0xfb, 0xff))).toBe('-_8')
  })

  test.each(['A', 'AAAAA', 'AA=', 'AA==', 'A A', 'AA\n', '+_8', '-/8', 'ÄÄ'])(
    'what it does not write is refused: %j',
    (text) => {
      expect(decodeBase64url(text)).toBeUndefined()
    },
  )

  test('a second spelling of the same bytes, by bits beyond the last byte, is refused', () => {
    expect(decodeBase64url('AA')).toEqual(Uint8Array.of(0))
    for (const spelling of ['AB', 'AP', 'AAB', 'AAD']) {
      expect(decodeBase64url(spelling)).toBeUndefined()
    }
  })
})

describe('the fields of a token', () => {
  test('survive the way through bytes', () => {
    fc.assert(
      fc.property(fc.oneof(anyToken, nearToken), (token) => {
        expect(decodeFields(Uint8Array.from(encodeFields(token)))).toEqual(token)
      }),
    )
  })

  test('are written in the one form of the token, whatever form it has', () => {
    fc.assert(
      fc.property(nearTokenParts, (parts) => {
        expect(encodeFields(parts)).toEqual(encodeFields(toToken(parts)))
      }),
    )
  })

  test('have one spelling: whatever is read is written the same way again', () => {
    const small = fc.array(fc.bigInt({ min: 0n, max: 300n }), { maxLength: 12 })
    const spellings = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      small.map((values) => fields(...values)),
    )
    fc.assert(
      fc.property(spellings, (bytes) => {
        const token = decodeFields(bytes)
        if (token !== undefined) expect(Uint8Array.from(encodeFields(token))).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['nothing', []],
    ['no xmin', [1n, 5n]],
    ['epoch zero', [0n, 5n, 0n]],
    ['an epoch of 33 bits', [2n ** 32n, 5n, 0n]],
    ['too many transactions', [1n, 5n, 0n, 1n, 1n, 1n, 1n, 1n, 1n, 1n, 1n, 1n]],
    ['a transaction id of 65 bits', [1n, 5n, 2n, MAX_UINT64 - 1n]],
    ['a second transaction id of 65 bits', [1n, 5n, 0n, MAX_UINT64, 0n]],
  ])('%s is refused', (_, values) => {
    expect(decodeFields(fields(...values))).toBeUndefined()
  })

  test('have a length that no token exceeds', () => {
    // No distance between eight ids can be as wide as the first, so this bound is not met exactly.
    const widest = toToken({
      epoch: 2 ** 32 - 1,
      lsn: toLsn(MAX_UINT64),
      xids: Array.from({ length: MAX_XIDS }, (_, i) => toXid(MAX_UINT64 - BigInt(i) * 2n ** 60n)),
      xmin: XID_ZERO,
    })
    expect(encodeFields(widest).length).toBeLessThanOrEqual(MAX_FIELD_BYTES)
    fc.assert(
      fc.property(anyToken, (token) => {
        expect(encodeFields(token).length).toBeLessThanOrEqual(MAX_FIELD_BYTES)
      }),
    )
  })
})
