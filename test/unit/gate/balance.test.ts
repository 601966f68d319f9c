import { expect, test } from 'vitest'

import { type Choice, chooser } from '../../../src/gate/balance.ts'

interface Named extends Choice {
  readonly name: string
}

function node(name: string, fields: Partial<Choice> = {}): Named {
  return { name, weight: 1, costMs: 5, inFlight: 0, ...fields }
}

function counts(choose: ReturnType<typeof chooser>, nodes: [Named, ...Named[]]): object {
  const counted: Record<string, number> = {}
  for (let turn = 0; turn < 60; turn++) {
    const { name } = choose(nodes)
    counted[name] = (counted[name] ?? 0) + 1
  }
  return counted
}

/** Runs evenly through what chance may be. */
function evenly(): () => number {
  let turn = 0
  return () => (turn++ % 60) / 60
}

test('taking turns gives each its share', () => {
  const nodes: [Named, ...Named[]] = [node('a'), node('b', { weight: 2 })]
  expect(counts(chooser('round-robin', evenly()), nodes)).toEqual({ a: 20, b: 40 })
})

test('chance gives each its share', () => {
  const nodes: [Named, ...Named[]] = [node('a', { weight: 3 }), node('b')]
  expect(counts(chooser('random', evenly()), nodes)).toEqual({ a: 45, b: 15 })
})

test('the least busy one is chosen, by what it can carry', () => {
  const choose = chooser('least-in-flight', () => 0)
  expect(choose([node('a', { inFlight: 3 }), node('b', { inFlight: 4, weight: 2 })]).name).toBe('b')
})

test('of two that chance picks the cheaper one is chosen, and the third gets its turn', () => {
  const choose = chooser('two-choices', () => 0)
  expect(choose([node('a', { costMs: 9 }), node('b'), node('c', { costMs: 1 })]).name).toBe('b')
  const last = chooser('two-choices', () => 0.99)
  expect(last([node('a', { costMs: 9 }), node('b'), node('c', { costMs: 1 })]).name).toBe('c')
})

test('where there is one, it is that one', () => {
  expect(chooser('two-choices', () => 0.5)([node('a')]).name).toBe('a')
})
