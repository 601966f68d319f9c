import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { toParameter } from '../../../gateway/protocol/parameters.ts'
import { typedWriter } from '../../../gateway/protocol/typed-value.ts'

const oids = { boolArray: 1000, textArray: 1009, jsonbArray: 3807, float8: 701, int8: 20 }

function read(oid: number, text: string): unknown {
  return JSON.parse(typedWriter(oid)(text))
}

test.each([
  [16, 't', true],
  [21, '-3', -3],
  [oids.float8, '1e-7', 1e-7],
  [oids.float8, 'Infinity', 'Infinity'],
  [oids.int8, '9007199254740993', '9007199254740993'],
  [1700, '1.50', '1.50'],
  [3802, '{"a": 1}', { a: 1 }],
  [oids.boolArray, '{t,f,NULL}', [true, false, null]],
  [oids.jsonbArray, String.raw`{"{\"a\": 1}",null}`, [{ a: 1 }, null]],
  [oids.textArray, '[2:3]={a,b}', ['a', 'b']],
  [oids.textArray, '{}', []],
  [999_999, '{a,b}', '{a,b}'],
])('of type %i, %s is %j', (oid, text, value) => {
  expect(read(oid, text)).toEqual(value)
})

test('texts of an array come back as they went there', () => {
  const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null)))
  fc.assert(
    fc.property(texts, (list) => {
      expect(read(oids.textArray, toParameter(list) ?? '')).toEqual(list)
    }),
  )
})
