import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { cacheKey, type KeyParts, sha256 } from '../../../src/cache/key.ts'

const parts: KeyParts = { text: 'select 1', params: [], database: 'app', role: 'reader' }

function text(changed: Partial<KeyParts> = {}): string | undefined {
  return cacheKey({ ...parts, ...changed })?.text
}

test('whatever an answer depends on is in the key', () => {
  const keys = [
    text(),
    text({ text: 'select  1' }),
    text({ database: 'other' }),
    text({ role: 'writer' }),
    text({ vary: ['tenant'] }),
    text({ vary: ['ten', 'ant'] }),
    text({ params: [null] }),
    text({ params: [null, null] }),
    text({ params: [1] }),
    text({ params: ['1'] }),
    text({ params: [1n] }),
    text({ params: [true] }),
    text({ params: ['true'] }),
    text({ params: [[1, 2]] }),
    text({ params: [['1', 2]] }),
    text({ params: ['[1,2]'] }),
    text({ params: [{ a: 1 }] }),
    text({ params: [new Date(0)] }),
    text({ params: [new Uint8Array([1, 255])] }),
    text({ params: [-0] }),
    text({ params: [0] }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).not.toContain(undefined)
})

test('parameters that are alike have one key, and others have others', () => {
  const param = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.string(), fc.integer())),
  )
  fc.assert(
    fc.property(fc.array(param), fc.array(param), (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      expect(text({ params: a }) === text({ params: b })).toBe(same)
    }),
  )
})

test('a parameter that only a driver can write makes no key', () => {
  const itself: Record<string, unknown> = {}
  itself['itself'] = itself
  const params = [
    { toPostgres: () => 'x' },
    new (class Point {
      x = 1
    })(),
    () => 1,
    Symbol('x'),
    { a: 1n },
    itself,
    [{ toJSON: () => 1 }],
  ]
  for (const param of params) expect(cacheKey({ ...parts, params: [param] })).toBeUndefined()
})

test('stores know it by its SHA-256', async () => {
  // As `sha256sum` has it.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(await sha256({ text: 'abc' })).toBe(abc)
})
