/**
 * A chart of lines as SVG: title, axes with units, a legend, and in light and dark. Lines differ in
 * their dashes too, for who does not tell the colours apart.
 */
import { type Axis, toScale } from './scale.ts'

export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** A value holds until the next one. @default false */
  readonly isStepped?: boolean | undefined
}

/** A stretch of the x axis in which something was different. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly label: string
}

export interface Chart {
  /** Its file's name, without the ending. */
  readonly name: string
  readonly title: string
  /** For who cannot see it, and under it for who can. */
  readonly caption: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  readonly bands?: readonly Band[] | undefined
}

const WIDTH = 720
const HEIGHT = 418
const LEFT = 76
const RIGHT = 20
const TOP = 102
const BOTTOM = 54
const LEGEND_Y = 54
const LEGEND_ROW = 19
const LETTER = 6.9
const DASHES = ['', '7 4', '2 3', '10 4 2 4', '4 2']

const style = `
.tc { font: 12px system-ui, sans-serif; --ink: #1f2937; --faint: #6b7280; --grid: #e5e7eb; --paper: #ffffff;
  --band: #fde68a; --c0: #0b63b0; --c1: #b93c0b; --c2: #15783c; --c3: #7432d8; --c4: #52606f }
@media (prefers-color-scheme: dark) { .tc { --ink: #e5e7eb; --faint: #9ca3af; --grid: #374151; --paper: #111827;
  --band: #713f12; --c0: #60a5fa; --c1: #fb923c; --c2: #4ade80; --c3: #c4a1ff; --c4: #cbd5e1 } }
.tc text { fill: var(--ink) } .tc .faint { fill: var(--faint) } .tc .title { font-size: 15px; font-weight: 600 }
.tc .grid { stroke: var(--grid) } .tc .axis { stroke: var(--faint) } .tc .paper { fill: var(--paper) }
.tc .band { fill: var(--band); opacity: .55 } .tc .line { fill: none; stroke-width: 2; stroke-linejoin: round }
${[0, 1, 2, 3, 4].map((index) => `.tc .s${index} { stroke: var(--c${index}) } .tc .d${index} { fill: var(--c${index}) }`).join('\n')}
`

export function toSvg(chart: Chart): string {
  const { title, caption, x, y, series, bands = [] } = chart
  const across = toScale(x, LEFT, WIDTH - RIGHT)
  const up = toScale(y, HEIGHT - BOTTOM, TOP)
  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" class="tc" role="img" aria-label="${escape(`${title}. ${caption}`)}">`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(LEFT - 56, 26, title, 'title'),
  ]
  for (const { from, to, label } of bands) {
    const [left, right] = [across.place(from), across.place(to)]
    const width = Math.max(2, right - left)
    parts.push(
      `<rect class="band" x="${left}" y="${TOP}" width="${width.toFixed(2)}" height="${HEIGHT - BOTTOM - TOP}"><title>${escape(label)}</title></rect>`,
    )
  }
  for (const tick of up.ticks) {
    const at = up.place(tick)
    parts.push(line('grid', LEFT, at, WIDTH - RIGHT, at))
    parts.push(text(LEFT - 8, at + 4, told(y, tick), 'faint', 'end'))
  }
  for (const tick of across.ticks) {
    const at = across.place(tick)
    parts.push(line('grid', at, TOP, at, HEIGHT - BOTTOM))
    parts.push(text(at, HEIGHT - BOTTOM + 18, told(x, tick), 'faint', 'middle'))
  }
  parts.push(
    line('axis', LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x.label, 'faint', 'middle'),
    `<text class="faint" text-anchor="middle" transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${escape(y.label)}</text>`,
  )
  let [legendX, legendY] = [LEFT - 56, LEGEND_Y]
  for (const [index, { name, points, isStepped }] of series.entries()) {
    const kind = index % 5
    const places = points.map(([a, b]) => [across.place(a), up.place(b)] as const)
    const dash = DASHES[kind] ? ` stroke-dasharray="${DASHES[kind]}"` : ''
    parts.push(`<path class="line s${kind}"${dash} d="${path(places, isStepped === true)}"/>`)
    if (places.length <= 12) {
      for (const [a, b] of places)
        parts.push(`<circle class="d${kind}" cx="${a}" cy="${b}" r="3"/>`)
    }
    const width = 50 + Math.ceil(name.length * LETTER)
    if (legendX + width > WIDTH) [legendX, legendY] = [LEFT - 56, legendY + LEGEND_ROW]
    parts.push(
      `<path class="line s${kind}"${dash} d="M${legendX} ${legendY - 4}h26"/>`,
      text(legendX + 32, legendY, name),
    )
    legendX += width
  }
  return `${[...parts, '</svg>'].join('\n')}\n`
}

function path(places: readonly (readonly [number, number])[], isStepped: boolean): string {
  return places
    .map(([x, y], index) => {
      if (index === 0) return `M${x} ${y}`
      return isStepped ? `H${x}V${y}` : `L${x} ${y}`
    })
    .join('')
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  return `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escape(words)}</text>`
}

function told({ format }: Axis, value: number): string {
  return format ? format(value) : value.toLocaleString('en-US')
}

export function escape(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
