import { expect, test } from 'vitest'

import { toParameter } from '../../../gateway/protocol/parameters.ts'

test.each([
  [null, null],
  ['text', 'text'],
  ['', ''],
  [1.5, '1.5'],
  [true, 'true'],
  [{ a: ['b'] }, '{"a":["b"]}'],
  [[], '{}'],
  [[1, null, true], '{1,NULL,true}'],
  [['a"b', String.raw`c\d`, 'NULL', ''], String.raw`{"a\"b","c\\d","NULL",""}`],
  [[[1, 2], [3]], '{{1,2},{3}}'],
  [[{ a: 'x"y' }], String.raw`{"{\"a\":\"x\\\"y\"}"}`],
])('%j is sent as %j', (value, text) => {
  expect(toParameter(value)).toBe(text)
})
