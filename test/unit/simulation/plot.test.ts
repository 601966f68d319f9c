import { expect, test } from 'vitest'

import { type Chart, toSvg } from '../../../simulation/plot/chart.ts'
import { rangeOf, toScale } from '../../../simulation/plot/scale.ts'

const chart: Chart = {
  name: 'reads',
  title: 'Reads & writes',
  caption: 'What a person who cannot see it is told.',
  x: { label: 'seconds', scale: 'linear', from: 0, to: 10 },
  y: { label: 'share of reads', scale: 'log', from: 0.01, to: 1 },
  series: [
    { name: 'near <you>', points: [[0, 0.01], [10, 1]] },
    { name: 'far', points: [[0, 1], [10, 0.1]] },
  ],
  bands: [{ from: 2, to: 3, label: 'cut' }],
} // prettier-ignore

test('a chart names its axes and lines, and escapes what it is given', () => {
  const svg = toSvg(chart)
  for (const words of [
    'Reads &amp; writes',
    'seconds',
    'share of reads',
    'near &lt;you&gt;',
    'far',
  ]) {
    expect(svg).toContain(`>${words}</text>`)
  }
  expect(svg).toContain('<title>cut</title>')
  expect(svg).not.toContain('<you>')
})

test('a chart suits light and dark, and its lines differ in more than colour', () => {
  const svg = toSvg(chart)
  expect(svg).toContain('prefers-color-scheme: dark')
  const dashes = [...svg.matchAll(/class="line s\d"( stroke-dasharray="[^"]+")? d=/g)]
  expect(new Set(dashes.map(([, dash]) => dash)).size).toBe(2)
})

test('what lies outside an axis is drawn at its end', () => {
  const scale = toScale({ label: '', scale: 'log', from: 1, to: 1000 }, 0, 300)
  expect([0.1, 1, 10, 1000, 1e6].map((value) => scale.place(value))).toEqual([0, 0, 100, 300, 300])
  expect(scale.ticks).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
})

test('ranges are round and hold all that is drawn', () => {
  expect(rangeOf([3, 42], 'linear')).toEqual([0, 50])
  expect(rangeOf([3, 42], 'log')).toEqual([1, 100])
  expect(rangeOf([10], 'log')).toEqual([10, 100])
})
