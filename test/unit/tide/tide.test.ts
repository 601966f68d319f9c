import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseLsn } from '../../../src/tide/lsn.ts'
import { reaches } from '../../../src/tide/position.ts'
import {
  compareTides,
  decodeTide,
  encodeTide,
  joinTides,
  type Tide,
  toTide,
} from '../../../src/tide/tide.ts'
import { anyPosition, errorOf, nearPosition } from './arbitraries.ts'

const position = { epoch: 1, lsn: parseLsn('16/B374D848') }
const anyTide: fc.Arbitrary<Tide> = fc
  .tuple(anyPosition, fc.maxSafeNat())
  .map(([where, at]) => toTide(where, at))
const nearTide: fc.Arbitrary<Tide> = fc
  .tuple(nearPosition, fc.nat({ max: 3 }))
  .map(([where, at]) => toTide(where, at))

test('a clock with fractions is rounded down: a tide never claims too much', () => {
  expect(toTide(position, 1999.9).at).toBe(1999)
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%s is not a clock', (clock) => {
  expect(() => toTide(position, clock)).toThrow(errorOf('POSITION_MALFORMED'))
  expect(() => encodeTide({ ...position, at: clock })).toThrow(errorOf('POSITION_MALFORMED'))
})

test('a clock with fractions is not written as it is', () => {
  expect(() => encodeTide({ ...position, at: 0.5 })).toThrow(errorOf('POSITION_MALFORMED'))
})

describe('order and join', () => {
  test('after the clock was set back the later position keeps its lesser clock', () => {
    const before = { ...position, at: 5000 }
    const after = { ...position, lsn: parseLsn('16/B374D849'), at: 4000 }

    expect(joinTides(before, after)).toEqual(after)
  })

  test('of the same position the later clock counts', () => {
    expect(joinTides({ ...position, at: 5 }, { ...position, at: 4 }).at).toBe(5)
    expect(compareTides({ ...position, at: 4 }, { ...position, at: 5 })).toBe(-1)
  })

  test('the join is idempotent, commutative and associative', () => {
    fc.assert(
      fc.property(nearTide, nearTide, nearTide, (a, b, c) => {
        expect(joinTides(a, a)).toEqual(a)
        expect(joinTides(a, b)).toEqual(joinTides(b, a))
        expect(joinTides(joinTides(a, b), c)).toEqual(joinTides(a, joinTides(b, c)))
      }),
    )
  })

  test('the join reaches both positions', () => {
    fc.assert(
      fc.property(nearTide, nearTide, (a, b) => {
        expect(reaches(joinTides(a, b), a)).toBe(true)
        expect(reaches(joinTides(a, b), b)).toBe(true)
      }),
    )
  })
})

describe('as text', () => {
  test('is a position and sixteen digits of clock', () => {
    expect(encodeTide({ ...position, at: 255 })).toBe('0000000100000016b374d84800000000000000ff')
  })

  test('every tide survives the way through text', () => {
    fc.assert(
      fc.property(anyTide, (tide) => {
        expect(decodeTide(encodeTide(tide))).toEqual(tide)
      }),
    )
  })

  test('the greater string, which Redis keeps, is the join', () => {
    const pairs = fc.oneof(fc.tuple(nearTide, nearTide), fc.tuple(anyTide, anyTide))
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [first, second] = [encodeTide(a), encodeTide(b)]
        expect(encodeTide(joinTides(a, b))).toBe(first > second ? first : second)
      }),
    )
  })

  test.each([
    '',
    '0000000100000016b374d848',
    '0000000100000016b374d84800000000000000f',
    '0000000100000016b374d84800000000000000ff0',
    '0000000100000016b374d84800000000000000FF',
    '0000000100000016b374d8480020000000000000',
  ])('malformed text is refused: %j', (text) => {
    expect(() => decodeTide(text)).toThrow(errorOf('POSITION_MALFORMED'))
  })
})
