/** How far behind everybody is, over time. */
import uPlot from 'uplot'

import type { Sample, Scene } from '../shapes.ts'
import { byId } from './dom.ts'
import { tintOf } from './tints.ts'
import { milliseconds } from './words.ts'

const SHOWN_SECONDS = 90
const HEIGHT = 220
/** The axis is logarithmic, and nothing is nothing there. */
const LEAST_MS = 10

type Point = readonly [seconds: number, values: ReadonlyMap<string, number | null>]

export class LagChart {
  readonly #regions: Scene['regions']
  readonly #points: Point[] = []
  #chart: uPlot | undefined

  constructor({ regions }: Scene) {
    this.#regions = regions
    new ResizeObserver(() => this.#chart?.setSize(size())).observe(byId('chart'))
    this.draw()
  }

  show({ at, nodes, regions, primary }: Sample): void {
    const values = new Map<string, number | null>()
    for (const { name, region, lagMs } of nodes) {
      values.set(`node ${region}`, name === primary || lagMs === null ? null : visible(lagMs))
    }
    for (const { name, horizonLagMs } of regions) {
      values.set(`horizon ${name}`, horizonLagMs === null ? null : visible(horizonLagMs))
    }
    this.#points.push([at / 1000, values])
    const oldest = at / 1000 - SHOWN_SECONDS
    while ((this.#points[0]?.[0] ?? oldest) < oldest) this.#points.shift()
    this.#chart?.setData(this.#data())
  }

  /** Once more, in the colours of the theme. */
  draw(): void {
    this.#chart?.destroy()
    const text = colour('--text-soft')
    const grid = { stroke: colour('--line'), width: 1 }
    const axis = { stroke: text, grid, ticks: grid, font: '12px system-ui' }
    this.#chart = new uPlot(
      {
        ...size(),
        scales: { y: { distr: 3, range: (_, __, most) => [LEAST_MS, Math.max(10_000, most)] } },
        axes: [
          { ...axis, space: 90 },
          { ...axis, size: 62, values: (_, ticks) => ticks.map(tick) },
        ],
        series: [
          {},
          ...this.#regions.flatMap(({ name, city }): uPlot.Series[] => [
            { ...line(`${city}: database`, name), width: 2 },
            { ...line(`${city}: horizon`, name), width: 1.5, dash: [5, 4] },
          ]),
        ],
        legend: { live: false },
        cursor: { show: false },
      },
      this.#data(),
      byId('chart'),
    )
  }

  #data(): uPlot.AlignedData {
    const keys = this.#regions.flatMap(({ name }) => [`node ${name}`, `horizon ${name}`])
    return [
      this.#points.map(([seconds]) => seconds),
      ...keys.map((key) => this.#points.map(([, values]) => values.get(key) ?? null)),
    ]
  }
}

function line(label: string, region: string): uPlot.Series {
  return { label, stroke: colour(tintOf(region)), points: { show: false }, spanGaps: false }
}

function visible(ms: number): number {
  return Math.max(LEAST_MS, ms)
}

/** uPlot splits a logarithmic axis finely and leaves the small steps without words. */
function tick(value: number | null): string {
  return value === null || !Number.isInteger(Math.log10(value)) ? '' : milliseconds(value)
}

function size(): { readonly width: number; readonly height: number } {
  return { width: Math.max(240, byId('chart').clientWidth), height: HEIGHT }
}

/** A canvas knows no variables of a stylesheet. */
function colour(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
