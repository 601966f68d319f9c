import { expect, test } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import { footprint, FootprintMemo } from '../../../src/sql/index.ts'

test('it gives the same footprint again, and the one that footprint gives', () => {
  const memo = new FootprintMemo()
  const first = memo.read('select * from t where id = $1')
  expect(memo.read('select * from t where id = $1')).toBe(first)
  expect(first).toEqual(footprint('select * from t where id = $1'))
})

test('it holds no more texts than it may, and keeps those in use', () => {
  const memo = new FootprintMemo({ maxEntries: 10 })
  const used = memo.read('select used')
  for (let n = 0; n < 1000; n += 1) {
    memo.read(`select ${n} from t${n}`)
    expect(memo.read('select used')).toBe(used)
    expect(memo.size).toBeLessThanOrEqual(10)
  }
})

test('it holds no more characters than it may', () => {
  const memo = new FootprintMemo({ maxCharacters: 1000, maxTextCharacters: 400 })
  for (let n = 0; n < 200; n += 1) {
    memo.read(`select ${'x'.repeat(n * 2)} from t${n}`)
    expect(memo.characters).toBeLessThanOrEqual(1000)
  }
})

test('it does not remember very long texts', () => {
  const memo = new FootprintMemo({ maxTextCharacters: 100 })
  expect(memo.read(`select ${'1,'.repeat(100)} 1`).kind).toBe('read')
  expect(memo.size).toBe(0)
})

test('it asks the catalog it was made with', () => {
  const catalog = { functionEffect: () => 'cacheable' as const }
  expect(new FootprintMemo({ catalog }).read('select mine()').cacheable).toBe(true)
})

test.for(['maxEntries', 'maxCharacters', 'maxTextCharacters'])('%s must be a number', (field) => {
  for (const value of [0, 1, -1, 1.5, Number.NaN]) {
    let error: unknown
    try {
      void new FootprintMemo({ [field]: value })
    } catch (caught) {
      error = caught
    }
    expect(isTidegateError(error, 'CONFIG_INVALID')).toBe(true)
    expect(String(error)).toContain(field)
  }
})
