/** Each region's tide as figures: what its database shows, what its table covers, who answers there. */
import type { NodeSample, RegionSample, Sample, Scene, Totals } from '../shapes.ts'
import { byId, html, say, set } from './dom.ts'
import { levelOf } from './map.ts'
import { slug, tintOf } from './tints.ts'
import { bytes, milliseconds, position } from './words.ts'

interface Gauge {
  readonly card: HTMLElement
  readonly role: HTMLElement
  readonly level: HTMLElement
  readonly horizon: HTMLElement
  readonly figures: ReadonlyMap<string, HTMLElement>
}

const figures = [
  'shows',
  'behind',
  'horizon',
  'epoch',
  'consumer',
  'redis',
  'cache',
  'reads',
] as const
const titles: Readonly<Record<(typeof figures)[number], string>> = {
  shows: 'Shows up to',
  behind: 'Behind by',
  horizon: 'Table’s horizon',
  epoch: 'Epoch',
  consumer: 'Consumer',
  redis: 'Redis',
  cache: 'Cached answers',
  reads: 'Its readers are answered by',
}

export class Gauges {
  readonly #gauges = new Map<string, Gauge>()

  constructor({ regions }: Scene) {
    const cards = regions.map(({ name, city }) => {
      const gauge = draw(name, city)
      this.#gauges.set(name, gauge)
      return gauge.card
    })
    byId('gauges').replaceChildren(...cards)
  }

  show({ nodes, regions, primary }: Sample): void {
    for (const region of regions) {
      const gauge = this.#gauges.get(region.name)
      const node = nodes.find((each) => each.region === region.name)
      if (gauge && node) showRegion(gauge, region, node, node.name === primary)
    }
  }

  showTotals({ served }: Totals): void {
    for (const [region, { figures: cells }] of this.#gauges) {
      const by = Object.entries(served[region] ?? {}).toSorted(([, a], [, b]) => b - a)
      const words = by.map(([who, count]) => `${who} ${count}`).join(', ')
      const cell = cells.get('reads')
      if (!cell) continue
      say(cell, words || 'nobody yet')
      if (cell.parentElement) cell.parentElement.hidden = false
    }
  }
}

function draw(name: string, city: string): Gauge {
  const role = html('span', { class: 'role' })
  const level = html('div', { class: 'level' })
  const horizon = html('div', { class: 'horizon', title: 'the tide table’s horizon' })
  const cells = new Map(figures.map((figure) => [figure as string, html('dd')]))
  const rows = figures.map((figure) => {
    const cell = cells.get(figure)
    // Shown when something is told of it.
    return html('div', { hidden: true }, html('dt', {}, titles[figure]), cell ?? '')
  })
  const card = html(
    'article',
    { class: `gauge ${slug(name)}`, style: `--tint: var(${tintOf(name)})` },
    html('h3', {}, city, ' ', role),
    html('div', { class: 'basin', 'aria-hidden': 'true' }, level, horizon),
    html('dl', {}, ...rows),
  )
  return { card, role, level, horizon, figures: cells }
}

function showRegion(gauge: Gauge, region: RegionSample, node: NodeSample, isPrimary: boolean) {
  const { applied, lagBytes, lagMs } = node
  const { horizonLagMs, consumer, redis, epoch, entries } = region
  const tell = (figure: (typeof figures)[number], text: string, isWrong = false): void => {
    const cell = gauge.figures.get(figure)
    if (!cell) return
    if (cell.parentElement) cell.parentElement.hidden = false
    say(cell, text)
    cell.classList.toggle('wrong', isWrong)
  }
  say(gauge.role, `${node.name}, ${isPrimary ? 'primary' : node.role}`)
  const level = lagMs === null ? 0 : levelOf(lagMs)
  set(gauge.level, { style: `width: ${(level * 100).toFixed(1)}%` })
  const horizonLevel = horizonLagMs === null ? 0 : levelOf(horizonLagMs)
  set(gauge.horizon, { style: `left: ${(horizonLevel * 100).toFixed(1)}%` })
  gauge.card.classList.toggle('low', level < 0.75)
  tell('shows', applied === null ? 'does not answer' : position(applied), applied === null)
  const behind =
    lagMs === null ? '–' : isPrimary ? 'nothing' : `${milliseconds(lagMs)}, ${bytes(lagBytes ?? 0)}`
  tell('behind', behind, level < 0.75)
  tell(
    'horizon',
    horizonLagMs === null ? 'none' : `${milliseconds(horizonLagMs)} behind`,
    horizonLevel < 0.75,
  )
  tell('consumer', consumer ? 'runs' : 'dead', !consumer)
  if (epoch !== undefined) tell('epoch', String(epoch))
  if (entries !== undefined) tell('cache', String(entries))
  tell('redis', redis ? 'answers' : 'does not answer', !redis)
}
