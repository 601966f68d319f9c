import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  decodeLsn,
  encodeLsn,
  formatLsn,
  LSN_ZERO,
  maxLsn,
  normaliseInsertLsn,
  parseLsn,
  toLsn,
} from '../../../src/tide/lsn.ts'
import { anyLsn, errorOf } from './arbitraries.ts'

const KIB = 1024n
const MIB = 1024n * KIB

describe('as text', () => {
  test.each([
    ['0/0', 0n],
    ['0/1', 1n],
    ['16/B374D848', 0x16_b374_d848n],
    ['FFFFFFFF/FFFFFFFF', 2n ** 64n - 1n],
  ])('%s is read and written as Postgres does', (text, lsn) => {
    expect(parseLsn(text)).toBe(lsn)
    expect(formatLsn(toLsn(lsn))).toBe(text)
  })

  test('every position survives the way through text', () => {
    fc.assert(fc.property(anyLsn, (lsn) => parseLsn(formatLsn(lsn)) === lsn))
  })

  test.each(['', '0', '/', '0/', '/0', '0/0 ', ' 0/0', '0/0\n', '-1/0', '0x1/0', 'G/0', '0/0/0'])(
    'malformed text is refused: %j',
    (text) => {
      expect(() => parseLsn(text)).toThrow(errorOf('POSITION_MALFORMED'))
    },
  )

  test('more than 32 bits on either side are refused', () => {
    expect(() => parseLsn('100000000/0')).toThrow(errorOf('POSITION_MALFORMED'))
    expect(() => parseLsn('0/100000000')).toThrow(errorOf('POSITION_MALFORMED'))
  })

  test('an error does not repeat what it was given', () => {
    expect(() => parseLsn('secret')).toThrow(expect.not.stringContaining('secret'))
  })
})

describe('as hex', () => {
  test('every position survives the way through hex, in sixteen digits', () => {
    fc.assert(
      fc.property(anyLsn, (lsn) => {
        expect(encodeLsn(lsn)).toMatch(/^[0-9a-f]{16}$/)
        expect(decodeLsn(encodeLsn(lsn))).toBe(lsn)
      }),
    )
  })

  test('the strings are ordered as the positions are', () => {
    fc.assert(fc.property(anyLsn, anyLsn, (a, b) => a < b === encodeLsn(a) < encodeLsn(b)))
  })

  test.each([
    '',
    '0',
    '000000000000000',
    '00000000000000000',
    '00000000B374D848',
    '0x00000000000000',
  ])('anything but sixteen lower-case digits is refused: %j', (hex) => {
    expect(() => decodeLsn(hex)).toThrow(errorOf('POSITION_MALFORMED'))
  })
})

test.each([-1n, 2n ** 64n])('%s is not a position', (value) => {
  expect(() => toLsn(value)).toThrow(errorOf('POSITION_MALFORMED'))
})

test('zero is below every position, and the later of two is their maximum', () => {
  fc.assert(
    fc.property(anyLsn, anyLsn, (a, b) => {
      expect(maxLsn(a, LSN_ZERO)).toBe(a)
      expect(maxLsn(a, b)).toBe(a > b ? a : b)
    }),
  )
})

describe('an insert position', () => {
  const page = 3n * MIB + 8n * KIB
  const segment = 32n * MIB

  test('just past a page header is the end of the page before', () => {
    expect(normaliseInsertLsn(toLsn(page + 24n))).toBe(page)
  })

  test('just past the longer header of a segment is the end of the segment before', () => {
    expect(normaliseInsertLsn(toLsn(segment + 40n), 16 * 1024 * 1024)).toBe(segment)
  })

  test('forty bytes into a page is left alone where no segment begins', () => {
    expect(normaliseInsertLsn(toLsn(page + 40n), 16 * 1024 * 1024)).toBe(page + 40n)
    expect(normaliseInsertLsn(toLsn(segment + 40n))).toBe(segment + 40n)
    expect(normaliseInsertLsn(toLsn(segment + 40n), 64 * 1024 * 1024)).toBe(segment + 40n)
  })

  test.each([0n, 8n, 16n, 32n, 48n, 8184n])('%s bytes into a page is left alone', (offset) => {
    expect(normaliseInsertLsn(toLsn(page + offset), 16 * 1024 * 1024)).toBe(page + offset)
  })

  test('never rises, never falls below its page, and is its own normal form', () => {
    fc.assert(
      fc.property(anyLsn, (lsn) => {
        const normal = normaliseInsertLsn(lsn, 16 * 1024 * 1024)
        expect(normal).toBeLessThanOrEqual(lsn)
        expect(normal).toBeGreaterThanOrEqual(lsn - (lsn % (8n * KIB)))
        expect(normaliseInsertLsn(normal, 16 * 1024 * 1024)).toBe(normal)
      }),
    )
  })
})
