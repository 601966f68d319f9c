import { expect, test } from 'vitest'

import { decodeResult, decodeRows } from '../../../src/drivers/decode.ts'
import type { RawField, RawResult } from '../../../src/drivers/driver.ts'

function field(name: string, dataTypeID: number): RawField {
  const rest = { tableID: 0, columnID: 0, dataTypeSize: 4, dataTypeModifier: -1, format: 'text' }
  return { name, dataTypeID, ...rest }
}

const types = {
  getTypeParser: (oid: number) => (text: string) => (oid === 23 ? Number(text) : text),
}

const raw: RawResult = {
  fields: [field('id', 23), field('name', 25)],
  rows: [
    ['1', 'one'],
    ['2', null],
  ],
  command: 'SELECT',
  rowCount: 2,
}

test('rows are objects, with values of their types', () => {
  expect(decodeRows(raw, { types })).toEqual([
    { id: 1, name: 'one' },
    { id: 2, name: null },
  ])
})

test('rows are arrays where that is asked for', () => {
  expect(decodeRows(raw, { types, arrayMode: true })).toEqual([
    [1, 'one'],
    [2, null],
  ])
})

test('a full result tells the command and the fields as well', () => {
  expect(decodeResult(raw, { types, arrayMode: true })).toEqual({
    fields: raw.fields,
    rows: [
      [1, 'one'],
      [2, null],
    ],
    command: 'SELECT',
    rowCount: 2,
    rowAsArray: true,
  })
})

test('of two columns with one name the last wins, and no name reaches the prototype', () => {
  const result = { ...raw, fields: [field('__proto__', 23), field('__proto__', 25)] }
  const [row] = decodeRows(result, { types })
  expect(Object.entries(row ?? {})).toEqual([['__proto__', 'one']])
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
})
