import { expect, test } from 'vitest'

import { Lru } from '../../../src/cache/lru.ts'

test('forgets what was not used for longest once it is full', () => {
  const lru = new Lru<string>(100)
  for (const key of ['a', 'b', 'c', 'd']) lru.set(key, key, 25, 10)
  lru.get('a', 0)
  lru.set('e', 'e', 25, 10)
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => lru.get(key, 0))).toEqual([
    'a',
    undefined,
    'c',
    'd',
    'e',
  ])
  expect(lru.bytes).toBe(100)
})

test('forgets what is too old', () => {
  const lru = new Lru<string>(100)
  lru.set('a', 'a', 10, 5)
  expect(lru.get('a', 4)).toBe('a')
  expect(lru.get('a', 5)).toBeUndefined()
  expect(lru.bytes).toBe(0)
})

test('does not keep what would push out most else, nor what it replaces', () => {
  const lru = new Lru<string>(100)
  lru.set('a', 'old', 20, 10)
  lru.set('b', 'b', 20, 10)
  lru.set('a', 'huge', 26, 10)
  expect(lru.get('a', 0)).toBeUndefined()
  expect(lru.get('b', 0)).toBe('b')
  lru.clear()
  expect(lru.get('b', 0)).toBeUndefined()
  expect(lru.bytes).toBe(0)
})
