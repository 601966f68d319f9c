import { describe, expect, test } from 'vitest'

import { compare, type Comparisons, describeChanges } from '../../../bench/compare.ts'
import type { Machine, Results } from '../../../bench/results.ts'

const machine: Machine = { cpu: 'one', cores: 2, node: 'v24' }

function results(figures: Results['figures'], on: Machine = machine): Results {
  return { machine: on, date: '2026-01-01T00:00:00Z', commit: 'abc', figures }
}

function changesOf(before: number, now: number, comparison: Comparisons[string][string]) {
  const { changes } = compare(results({ b: { f: before } }), results({ b: { f: now } }), {
    b: { f: comparison },
  })
  return changes
}

describe('two runs compared', () => {
  test('a figure that should be low is worse by how much higher it is', () => {
    const [change] = changesOf(2, 3, { better: 'lower', kind: 'ratio' })
    expect(change).toEqual({ name: 'b.f', before: 2, now: 3, factor: 1.5, verdict: 'worse' })
  })

  test('a figure that should be high is worse by how much lower it is', () => {
    const [change] = changesOf(3, 2, { better: 'higher', kind: 'ratio' })
    expect(change).toMatchObject({ factor: 1.5, verdict: 'worse' })
  })

  test.for([
    ['exact', 100, 101, 'worse'],
    ['size', 100, 104, 'alike'],
    ['size', 100, 106, 'worse'],
    ['ratio', 100, 124, 'alike'],
    ['ratio', 100, 126, 'worse'],
    ['ratio', 126, 100, 'better'],
    ['speed', 100, 149, 'alike'],
    ['speed', 100, 151, 'worse'],
  ] as const)('of kind %s, %d to %d is %s', ([kind, before, now, verdict]) => {
    expect(changesOf(before, now, { better: 'lower', kind })[0]?.verdict).toBe(verdict)
  })

  test('from none to one is worse, and none to none is alike', () => {
    const comparison = { better: 'lower', kind: 'exact' } as const
    expect(changesOf(0, 1, comparison)[0]).toMatchObject({ factor: Infinity, verdict: 'worse' })
    expect(changesOf(0, 0, comparison)[0]).toMatchObject({ factor: 1, verdict: 'alike' })
  })

  test('each of several is compared with the one in its place', () => {
    const { changes } = compare(results({ b: { f: [1, 2] } }), results({ b: { f: [1, 4] } }), {
      b: { f: { better: 'lower', kind: 'ratio' } },
    })
    expect(changes.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['b.f[0]', 'alike'],
      ['b.f[1]', 'worse'],
    ])
  })

  test('the speeds of another machine are left, its ratios are not', () => {
    const other = { ...machine, cpu: 'another' }
    const comparisons: Comparisons = {
      b: { speed: { better: 'lower', kind: 'speed' }, ratio: { better: 'lower', kind: 'ratio' } },
    }
    const figures = { b: { speed: 1, ratio: 1 } }
    const { changes, left } = compare(results(figures), results(figures, other), comparisons)
    expect(changes.map(({ name }) => name)).toEqual(['b.ratio'])
    expect(left).toEqual(['b.speed'])
  })

  test('what only one run has is left and named', () => {
    const comparisons: Comparisons = { b: { f: { better: 'lower', kind: 'ratio' } } }
    expect(compare(results({}), results({ b: { f: 1 } }), comparisons).left).toEqual(['b.f'])
    expect(compare(results({ b: { f: 1 } }), results({}), comparisons).left).toEqual(['b.f'])
    expect(
      compare(results({ b: { f: 'x' } }), results({ b: { f: Number.NaN } }), comparisons).left,
    ).toEqual(['b.f'])
  })

  test('what got worse is told worst first, as ratios', () => {
    const comparisons: Comparisons = {
      b: { a: { better: 'lower', kind: 'ratio' }, c: { better: 'higher', kind: 'ratio' } },
    }
    const before = results({ b: { a: 1, c: 10 } })
    const told = describeChanges(compare(before, results({ b: { a: 2, c: 2 } }), comparisons))
    expect(told).toBe(
      ['Worse, of 2 figures:', '  b.c: 10 → 2, 5.00 times', '  b.a: 1 → 2, 2.00 times'].join('\n'),
    )
    expect(describeChanges(compare(before, before, comparisons))).toBe(
      'Nothing got worse, of 2 figures.',
    )
  })
})
