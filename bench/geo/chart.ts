/**
 * The picture: for each strategy how long reads take away from home, from the median to the 99th
 * percentile on a scale of powers of ten, and how many of a thousand showed too little. SVG without
 * scripts or fonts of its own, whose colours follow the reader's light or dark.
 */
import type { Region } from '../../src/topology/regions.ts'
import type { LaneFigures } from './figures.ts'

export interface ChartLane {
  readonly strategy: string
  readonly mix: string
  readonly figures: Pick<LaneFigures, 'readMs' | 'verdict' | 'localShareAway'>
}

export interface ChartOptions {
  readonly home: Region
  readonly title: string
  /** Under the picture: how it was measured. */
  readonly caption: string
}

const WIDTH = 860
const NAMES = 150
const PLOT = { left: NAMES, right: 560 }
const BARS = { left: 610, right: 760 }
const ROW = 34
const HEAD = 74
const MIX_HEAD = 52
const FOOT = 56
/** A line of its own for each region away from home. */
const LANE_GAP = 11

export function chart(lanes: readonly ChartLane[], options: ChartOptions): string {
  const mixes = [...new Set(lanes.map(({ mix }) => mix))]
  const scale = timeScale(lanes, options.home)
  const most = Math.max(1, ...lanes.map(({ figures }) => wrongPerThousand(figures)))
  const parts: string[] = []
  let top = HEAD
  for (const mix of mixes) {
    const rows = lanes.filter((lane) => lane.mix === mix)
    parts.push(panel(rows, { mix, top, scale, most, home: options.home }))
    top += MIX_HEAD + rows.length * ROW
  }
  const height = top + FOOT
  const regions = awayOf(lanes[0], options.home)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(options.title)}</title>`,
    STYLE,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="8"/>`,
    words(20, 30, options.title, 'title'),
    ...regions.map((region, index) =>
      [
        `<circle class="r${index}" cx="${PLOT.left + 6 + index * 70}" cy="50" r="4"/>`,
        words(PLOT.left + 15 + index * 70, 54, region, 'small'),
      ].join(''),
    ),
    words(
      PLOT.left + 15 + regions.length * 70,
      54,
      'dot p50, tick p95, end p99; 90/10: reads to writes',
      'small',
    ),
    ...parts,
    words(20, height - 20, options.caption, 'small'),
    '</svg>',
    '',
  ].join('\n')
}

interface Panel {
  readonly mix: string
  readonly top: number
  readonly scale: Scale
  readonly most: number
  readonly home: Region
}

function panel(rows: readonly ChartLane[], { mix, top, scale, most, home }: Panel): string {
  const first = top + MIX_HEAD - 12
  const bottom = first + rows.length * ROW
  const grid = scale.ticks.map((ms) => {
    const x = number(scale.x(ms))
    return [
      `<line class="grid" x1="${x}" y1="${first - 4}" x2="${x}" y2="${bottom - 6}"/>`,
      words(scale.x(ms), first - 10, String(ms), 'small middle'),
    ].join('')
  })
  return [
    words(20, top + 12, mix, 'mix'),
    words(PLOT.left, top + 12, 'ms for a read', 'small'),
    words(BARS.left, top + 12, 'of 1000 reads showed too little', 'small'),
    ...grid,
    ...rows.map((lane, index) => row(lane, first + index * ROW + ROW / 2 - 4, scale, most, home)),
  ].join('\n')
}

function row(lane: ChartLane, middle: number, scale: Scale, most: number, home: Region): string {
  const regions = awayOf(lane, home)
  const ranges = regions.map((region, index) => {
    const times = lane.figures.readMs.get(region)
    if (!times || !Number.isFinite(times.p50)) return ''
    const y = middle + (index - (regions.length - 1) / 2) * LANE_GAP
    const [from, tick, to] = [times.p50, times.p95, times.p99].map(scale.x)
    return [
      `<line class="r${index} range" x1="${number(from)}" y1="${y}" x2="${number(to)}" y2="${y}"/>`,
      `<line class="r${index} tick" x1="${number(tick)}" y1="${y - 4}" x2="${number(tick)}" y2="${y + 4}"/>`,
      `<circle class="r${index}" cx="${number(from)}" cy="${y}" r="4"/>`,
    ].join('')
  })
  const wrong = wrongPerThousand(lane.figures)
  const width = (wrong / most) * (BARS.right - BARS.left)
  const isOurs = lane.strategy.startsWith('tidegate')
  return [
    words(20, middle + 4, lane.strategy, isOurs ? 'name ours' : 'name'),
    ...ranges,
    `<rect class="wrong" x="${BARS.left}" y="${middle - 7}" width="${number(width)}" height="14" rx="2"/>`,
    words(BARS.left + width + 6, middle + 4, wrong === 0 ? '0' : wrong.toFixed(1), 'small'),
  ].join('\n')
}

/** Lacked the session's own write, what it had read, or what the bound promised. */
export function wrongPerThousand({ verdict }: ChartLane['figures']): number {
  const { readYourWrites, monotonicReads, beyondBound, sessionReads, boundedReads } = verdict
  const reads = sessionReads + boundedReads
  return reads === 0 ? 0 : ((readYourWrites + monotonicReads + beyondBound) / reads) * 1000
}

function awayOf(lane: ChartLane | undefined, home: Region): readonly Region[] {
  return [...(lane?.figures.readMs.keys() ?? [])].filter((region) => region !== home)
}

interface Scale {
  readonly ticks: readonly number[]
  x(this: void, ms: number | undefined): number
}

/** Powers of ten, from below the least median to above the longest. */
function timeScale(lanes: readonly ChartLane[], home: Region): Scale {
  const times = lanes
    .flatMap((lane) => awayOf(lane, home).map((region) => lane.figures.readMs.get(region)))
    .flatMap((each) => (each ? [each.p50, each.p99] : []))
    .filter((ms) => Number.isFinite(ms) && ms > 0)
  const from = Math.floor(Math.log10(Math.min(1, ...times)))
  const to = Math.ceil(Math.log10(Math.max(10, ...times)))
  return {
    ticks: Array.from({ length: to - from + 1 }, (_, index) => Number(`1e${from + index}`)),
    x: (ms = 1) => {
      const share = (Math.log10(Math.max(ms, 10 ** from)) - from) / (to - from)
      return PLOT.left + 10 + share * (PLOT.right - PLOT.left - 20)
    },
  }
}

function words(x: number, y: number, text: string, style: string): string {
  return `<text class="${style}" x="${number(x)}" y="${number(y)}">${escaped(text)}</text>`
}

function number(value: number | undefined): string {
  return String(Math.round((value ?? 0) * 10) / 10)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Of both papers the contrast of text is above 7, that of marks above 3. */
const STYLE = `<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2933 }
  .title { font-size: 16px; font-weight: 600 } .mix { font-weight: 600 } .ours { font-weight: 700 }
  .small { font-size: 11px; fill: #46535f } .middle { text-anchor: middle }
  .paper { fill: #ffffff } .grid { stroke: #d5dce3 }
  .range { stroke-width: 2.5 } .tick { stroke-width: 2 }
  .r0 { fill: #0b6bcb; stroke: #0b6bcb } .r1 { fill: #a8460f; stroke: #a8460f } .wrong { fill: #c0262d }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf2 } .small { fill: #b4c0cc } .paper { fill: #11181f } .grid { stroke: #2d3843 }
    .r0 { fill: #6cb2ff; stroke: #6cb2ff } .r1 { fill: #f2a268; stroke: #f2a268 } .wrong { fill: #ff7a80 }
  }
</style>`
