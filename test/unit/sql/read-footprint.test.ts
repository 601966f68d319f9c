import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { footprint } from '../../../src/sql/index.ts'
import { readFootprint } from '../../../src/sql/read-footprint.ts'
import { statement } from './grammar.ts'

function plain(sql: string): ReturnType<typeof footprint> {
  return readFootprint(sql, undefined, undefined)
}

test('without insight a statement is the same but for its keys', () => {
  fc.assert(
    fc.property(statement, (sql) => {
      const whole = footprint(sql)
      fc.pre(whole.statements === 1)
      expect(plain(sql)).toEqual({ ...whole, keys: [] })
    }),
    { numRuns: 500 },
  )
})

test('without insight several statements are counted, and a write', () => {
  expect(plain('select 1; select 2;')).toMatchObject({
    kind: 'write',
    statements: 2,
    cacheable: false,
    tables: { read: 'unknown', written: 'unknown' },
  })
  expect(plain('select 1;').kind).toBe('read')
  expect(plain(';').kind).toBe('empty')
})
