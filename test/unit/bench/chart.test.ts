import { describe, expect, test } from 'vitest'

import { chart, type ChartLane, wrongPerThousand } from '../../../bench/geo/chart.ts'

const options = { home: 'iad', title: 'Reads & where <they> go', caption: 'how' } as const
const fine = {
  sessionReads: 80,
  readYourWrites: 0,
  monotonicReads: 0,
  boundedReads: 20,
  beyondBound: 0,
}

function lane(strategy: string, fields: Partial<ChartLane['figures']> = {}): ChartLane {
  const times = { p50: 7, p95: 20, p99: 90 }
  const readMs = new Map([
    ['iad', times],
    ['fra', times],
  ] as const)
  return {
    strategy,
    mix: '90/10',
    figures: { readMs, verdict: fine, localShareAway: 1, ...fields },
  }
}

describe('the picture of the benchmark', () => {
  test('shows every strategy, and each region but home', () => {
    const svg = chart([lane('one'), lane('two')], options)
    expect(svg).toContain('>one</text>')
    expect(svg).toContain('>two</text>')
    expect(svg).toContain('>fra</text>')
    expect(svg).not.toContain('>iad</text>')
    expect(svg).toContain('Reads &amp; where &lt;they> go')
  })

  test('follows light and dark', () => {
    expect(chart([lane('one')], options)).toContain('@media (prefers-color-scheme: dark)')
  })

  test('leaves out what was not measured', () => {
    const none = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN }
    const svg = chart([lane('one', { readMs: new Map([['fra', none]]) })], options)
    expect(svg).not.toContain('NaN')
  })

  test('puts answers from memory on its scale', () => {
    const quick = { p50: 0.2, p95: 5, p99: 9 }
    const svg = chart([lane('one', { readMs: new Map([['fra', quick]]) })], options)
    expect(svg).toContain('>0.1</text>')
    expect(svg).not.toContain('="-')
  })

  test('counts all that showed too little, of a thousand reads', () => {
    const verdict = { ...fine, readYourWrites: 1, monotonicReads: 1, beyondBound: 1 }
    expect(wrongPerThousand({ ...lane('one').figures, verdict })).toBe(30)
    expect(wrongPerThousand(lane('one').figures)).toBe(0)
  })
})
