import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseLsn, toLsn } from '../../../src/tide/lsn.ts'
import {
  comparePositions,
  decodePosition,
  encodePosition,
  joinPositions,
  POSITION_ZERO,
  reaches,
} from '../../../src/tide/position.ts'
import { anyPosition, errorOf, nearPosition } from './arbitraries.ts'

describe('order', () => {
  test('the epoch counts first, however high the older LSN', () => {
    const older = { epoch: 1, lsn: parseLsn('FFFFFFFF/0') }
    const newer = { epoch: 2, lsn: parseLsn('0/1') }

    expect(comparePositions(older, newer)).toBe(-1)
    expect(reaches(newer, older)).toBe(true)
    expect(reaches(older, newer)).toBe(false)
  })

  test('within an epoch the LSN counts', () => {
    const earlier = { epoch: 2, lsn: parseLsn('9/0') }
    const later = { epoch: 2, lsn: parseLsn('10/0') }

    expect(comparePositions(later, earlier)).toBe(1)
    expect(reaches(earlier, later)).toBe(false)
  })

  test('a position reaches itself', () => {
    fc.assert(fc.property(anyPosition, (a) => reaches(a, { ...a })))
  })

  test('is total: of two positions that reach each other there is only one', () => {
    fc.assert(
      fc.property(nearPosition, nearPosition, (a, b) => {
        expect(reaches(a, b) || reaches(b, a)).toBe(true)
        if (reaches(a, b) && reaches(b, a)) expect(a).toEqual(b)
        expect(comparePositions(a, b)).toBe(0 - comparePositions(b, a))
      }),
    )
  })

  test('is transitive', () => {
    fc.assert(
      fc.property(nearPosition, nearPosition, nearPosition, (a, b, c) => {
        if (reaches(a, b) && reaches(b, c)) expect(reaches(a, c)).toBe(true)
      }),
    )
  })

  test('every position reaches zero', () => {
    fc.assert(fc.property(anyPosition, (a) => reaches(a, POSITION_ZERO)))
  })
})

describe('join', () => {
  test('is idempotent, commutative and associative, with zero as unit', () => {
    fc.assert(
      fc.property(nearPosition, nearPosition, nearPosition, (a, b, c) => {
        expect(joinPositions(a, a)).toEqual(a)
        expect(joinPositions(a, b)).toEqual(joinPositions(b, a))
        expect(joinPositions(joinPositions(a, b), c)).toEqual(joinPositions(a, joinPositions(b, c)))
        expect(joinPositions(a, POSITION_ZERO)).toEqual(a)
      }),
    )
  })

  test('is reached by exactly what reaches both', () => {
    fc.assert(
      fc.property(nearPosition, nearPosition, nearPosition, (have, a, b) => {
        expect(reaches(have, joinPositions(a, b))).toBe(reaches(have, a) && reaches(have, b))
      }),
    )
  })
})

describe('as text', () => {
  test('is eight digits of epoch and sixteen of LSN', () => {
    expect(encodePosition({ epoch: 26, lsn: parseLsn('16/B374D848') })).toBe(
      '0000001a00000016b374d848',
    )
  })

  test('every position survives the way through text', () => {
    fc.assert(
      fc.property(anyPosition, (position) => {
        expect(decodePosition(encodePosition(position))).toEqual(position)
      }),
    )
  })

  test('the strings are ordered as the positions are', () => {
    fc.assert(
      fc.property(fc.oneof(anyPosition, nearPosition), nearPosition, (a, b) => {
        expect(encodePosition(a) >= encodePosition(b)).toBe(reaches(a, b))
      }),
    )
  })

  test.each([
    '',
    '0000001a00000016b374d84',
    '0000001a00000016b374d8480',
    '0000001A00000016B374D848',
    '0000001a00000016b374d84 ',
    '-000001a00000016b374d848',
    '000000000000000000000000',
  ])('malformed text is refused: %j', (text) => {
    expect(() => decodePosition(text)).toThrow(errorOf('POSITION_MALFORMED'))
  })

  test.each([0, -1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])(
    'an epoch of %s is not written, because it would break the order of the strings',
    (epoch) => {
      expect(() => encodePosition({ epoch, lsn: toLsn(1n) })).toThrow(errorOf('POSITION_MALFORMED'))
    },
  )
})
