/** Which charts are drawn of a run, and of a sweep. */
import type { Figures } from '../measure/figures.ts'
import type { Chart, Series } from './chart.ts'
import { type Axis, rangeOf } from './scale.ts'

const percent = (value: number): string => `${Number((value * 100).toPrecision(3))} %`

function timeWords(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}

const shareAxis = (label: string, from = 0): Axis => ({
  label,
  scale: 'linear',
  from,
  to: 1,
  format: percent,
})

export function chartsOfRun(figures: Figures): readonly Chart[] {
  return [staleness(figures), overTime(figures)]
}

function staleness({ staleness: { behind_cumulated: cumulated } }: Figures): Chart {
  const kinds = {
    replica: 'a replica',
    redis: 'the cache, judged',
    memory: "the isolate's memory",
    stale: 'the cache, while it is renewed',
    any: 'reads that take any',
  }
  const series = Object.entries(kinds).map(([kind, name]): Series => {
    const points = cumulated[kind] ?? []
    const first = points[0]
    return { name, points: first ? [[1, first[1]], ...points] : [], isStepped: true }
  })
  return {
    name: 'staleness',
    title: 'How far behind home answers were when they were asked for',
    caption: 'The share of answers that were at most so far behind, by where they came from.',
    x: { label: 'behind home', scale: 'log', from: 1, to: 60_000, format: timeWords },
    y: shareAxis('share of answers'),
    series,
  }
}

function overTime({ over_time: points, faults, options }: Figures): Chart {
  return {
    name: 'over-time',
    title: 'Where reads were answered while things went wrong',
    caption: `Shaded: ${[...new Set(faults.map(({ kind }) => kind))].join(', ') || 'nothing'}.`,
    x: { label: 'seconds', scale: 'linear', from: 0, to: options.seconds },
    y: shareAxis('share of reads'),
    series: [
      { name: "in the client's region", points: points.map((at) => [at.second, at.local_ratio]) },
      { name: 'by the primary', points: points.map((at) => [at.second, at.primary_ratio]) },
    ],
    bands: faults.map(({ kind, where, from_s, to_s }) => ({
      from: from_s,
      to: to_s,
      label: `${kind}: ${where}`,
    })),
  }
}

/** What is varied, and how its axis is read. */
export interface Varied {
  readonly name: 'regions' | 'writes'
  readonly title: string
  readonly axis: Axis
  readonly of: (figures: Figures) => number
}

export function variedRegions(points: readonly Figures[]): Varied {
  const counts = points.map(({ options }) => options.regions)
  return {
    name: 'regions',
    title: 'as regions are added',
    axis: { label: 'regions', scale: 'linear', from: 0, to: Math.max(...counts), ticks: counts },
    of: ({ options }) => options.regions,
  }
}

export function variedWrites(points: readonly Figures[]): Varied {
  const shares = points.map(({ options }) => options.writes)
  return {
    name: 'writes',
    title: 'as the share of writes grows',
    axis: {
      label: 'share of operations that write',
      scale: 'log',
      from: Math.min(...shares),
      to: Math.max(...shares),
      ticks: shares,
      format: percent,
    },
    of: ({ options }) => options.writes,
  }
}

export function chartsOfSweep(points: readonly Figures[], varied: Varied): readonly Chart[] {
  const { name, title, axis: x, of } = varied
  const series = (label: string, value: (figures: Figures) => number): Series => ({
    name: label,
    points: points.map((figures) => [of(figures), value(figures)]),
  })
  return [
    {
      name: `local-reads-by-${name}`,
      title: `Reads answered in the client's region, ${title}`,
      caption: '2 % of all reads are strong: they are local at home alone.',
      x,
      y: shareAxis('share of reads'),
      series: [
        series("in the client's region", (each) => each.local_read_ratio),
        series('by the cache', answeredBy('memory', 'redis', 'stale')),
        series('by a replica', answeredBy('replica')),
        series('by the primary', answeredBy('primary')),
      ],
    },
    loads(`primary-load-by-${name}`, `What reaches the primary, ${title}`, x, [
      series('reads that are asked', (each) => each.reads_per_second),
      series('reads at the primary', (each) => each.primary.reads_per_second),
      series('writes', (each) => each.primary.writes_per_second),
    ]),
    loads(`redis-load-by-${name}`, `What the Redis of one region does, ${title}`, x, [
      series('commands', (each) => each.redis_per_region.commands_per_second),
      series('lookups', (each) => each.redis_per_region.lookups_per_second),
      series('fills', (each) => each.redis_per_region.fills_per_second),
      series('tags raised', (each) => each.redis_per_region.tags_raised_per_second),
    ]),
  ]
}

function answeredBy(...sources: readonly string[]): (figures: Figures) => number {
  return ({ reads_by_source: shares }) =>
    sources.reduce((sum, source) => sum + (shares[source] ?? 0), 0)
}

function loads(name: string, title: string, x: Axis, series: readonly Series[]): Chart {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y))
  const [from, to] = rangeOf(values, 'log')
  return {
    name,
    title,
    caption: 'The axis is logarithmic.',
    x,
    y: { label: 'per second', scale: 'log', from, to },
    series,
  }
}
