/** The map: regions with the tide standing in them, links, the reader, and each read on its way. */
import type { LinkShape, NodeSample, RegionShape, Sample, Scene, Visit } from '../shapes.ts'
import { byId, html, say, set, svg } from './dom.ts'
import { outlinePaths, type Point, project } from './outline.ts'
import { slug } from './tints.ts'
import { milliseconds } from './words.ts'

const RADIUS = 9
/** From here on a region is full; at the other end it is dry. */
const FULL_MS = 700
const DRY_MS = 90_000

interface RegionMark {
  readonly at: Point
  readonly group: SVGGElement
  readonly water: SVGRectElement
  readonly lag: SVGTextElement
}

interface LinkMark {
  readonly path: SVGPathElement
  readonly label: SVGTextElement
  readonly link: LinkShape
}

export class WorldMap {
  readonly #regions = new Map<string, RegionMark>()
  readonly #links = new Map<string, LinkMark>()
  readonly #moving: SVGGElement = svg('g', { class: 'moving' })
  readonly #you: SVGGElement
  readonly #isStill = matchMedia('(prefers-reduced-motion: reduce)')

  constructor(scene: Scene) {
    const lines = scene.links.map((link) => this.#drawLink(link, scene))
    const marks = scene.regions.map((region) => this.#drawRegion(region, scene.home))
    this.#you = svg(
      'g',
      { class: 'you' },
      svg('path', { d: 'M0 0L-5 -9A6.2 6.2 0 1 1 5 -9Z' }),
      svg('text', { y: -11 }, 'you'),
    )
    byId('map').replaceChildren(
      svg(
        'svg',
        {
          viewBox: '52 4 304 138',
          role: 'img',
          'aria-label': `A map with ${scene.regions.map(({ city }) => city).join(', ')}`,
        },
        svg('g', { class: 'land' }, ...outlinePaths().map((d) => svg('path', { d }))),
        svg('g', { class: 'links' }, ...lines),
        this.#moving,
        ...marks,
        this.#you,
      ),
      html('p', { id: 'map-words', class: 'visually-hidden', 'aria-live': 'off' }),
    )
  }

  show({ nodes, primary, cut }: Sample): void {
    for (const [name, mark] of this.#regions) {
      const node = nodes.find(({ region }) => region === name)
      if (node) showTide(mark, node, node.name === primary)
    }
    for (const [key, { path, label, link }] of this.#links) {
      const isCut = cut.includes(key)
      path.classList.toggle('cut', isCut)
      say(label, isCut ? '✕ cut' : `${link.roundTripMs} ms`)
    }
    const words = nodes.map(({ name, lagMs }) =>
      lagMs === null ? `${name} does not answer` : `${name} is ${milliseconds(lagMs)} behind`,
    )
    say(byId('map-words'), words.join(', '))
  }

  placeYou(edge: string): void {
    const at = this.#regions.get(edge)?.at
    if (at) set(this.#you, { transform: `translate(${at.x} ${at.y - RADIUS - 1})` })
  }

  /** A dot that runs from the reader to whoever answered; at home it is a ring. */
  run({ edge, route, writes, prevented }: Visit): void {
    const from = this.#regions.get(edge)
    const to = route && this.#regions.get(route.region)
    if (this.#isStill.matches || document.hidden || !from || !to) return
    const kind = prevented ? 'prevented' : writes ? 'write' : 'read'
    const link =
      this.#links.get(`${edge}–${route.region}`) ?? this.#links.get(`${route.region}–${edge}`)
    const mark = link ? travelling(link.path, link.link.ends[0] === edge) : pulsing(to.at)
    mark.classList.add(kind)
    this.#moving.append(mark)
    setTimeout(() => mark.remove(), 1400)
  }

  #drawRegion({ name, city, longitude, latitude }: RegionShape, home: string): SVGGElement {
    const at = project(longitude, latitude)
    const clip = `clip-${slug(name)}`
    const water = svg('rect', {
      x: -RADIUS,
      y: -RADIUS,
      width: 2 * RADIUS,
      height: 2 * RADIUS,
      'clip-path': `url(#${clip})`,
      class: 'water',
    })
    const lag = svg('text', { y: 1.8, class: 'lag' })
    const group = svg(
      'g',
      { class: `region ${slug(name)}`, transform: `translate(${at.x} ${at.y})` },
      svg('clipPath', { id: clip }, svg('circle', { r: RADIUS - 0.6 })),
      svg('circle', { r: RADIUS, class: 'basin' }),
      water,
      svg('circle', { r: RADIUS, class: 'rim' }),
      lag,
      svg('text', { y: RADIUS + 7, class: 'city' }, name === home ? `${city}, home` : city),
    )
    this.#regions.set(name, { at, group, water, lag })
    return group
  }

  #drawLink(link: LinkShape, { regions }: Scene): SVGGElement {
    const [a, b] = link.ends.map((end) => {
      const region = regions.find(({ name }) => name === end)
      return project(region?.longitude ?? 0, region?.latitude ?? 0)
    })
    if (!a || !b) return svg('g')
    // North of the straight line, as ships and cables go; on this map that is up.
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - Math.abs(a.x - b.x) / 7 }
    const path = svg('path', { d: `M${a.x} ${a.y}Q${middle.x} ${middle.y} ${b.x} ${b.y}` })
    const label = svg('text', {
      x: middle.x / 2 + (a.x + b.x) / 4,
      y: middle.y / 2 + (a.y + b.y) / 4 - 2,
    })
    this.#links.set(link.ends.join('–'), { path, label, link })
    return svg('g', {}, path, label)
  }
}

function showTide({ group, water, lag }: RegionMark, { lagMs }: NodeSample, isPrimary: boolean) {
  group.classList.toggle('gone', lagMs === null)
  group.classList.toggle('primary', isPrimary)
  const level = lagMs === null ? 0 : levelOf(lagMs)
  group.classList.toggle('low', level < 0.75)
  set(water, { y: RADIUS - 2 * RADIUS * level, height: 2 * RADIUS * level })
  say(lag, lagMs === null ? '✕' : isPrimary ? 'primary' : short(lagMs))
}

/** From 1, full, to 0: each tenfold lag is as much lower. */
export function levelOf(lagMs: number): number {
  if (lagMs <= FULL_MS) return 1
  return Math.max(0.04, 1 - Math.log(lagMs / FULL_MS) / Math.log(DRY_MS / FULL_MS))
}

function short(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 100_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}

function travelling(along: SVGPathElement, isForward: boolean): SVGCircleElement {
  const dot = svg('circle', { r: 1.9, class: 'dot' })
  const d = along.getAttribute('d') ?? ''
  // Both are of the browser's making, and started by hand: it would count from the page's beginning.
  dot.style.offsetPath = `path('${d}')`
  const [from, to] = isForward ? ['0%', '100%'] : ['100%', '0%']
  dot.animate(
    [{ offsetDistance: from }, { offsetDistance: to }, { offsetDistance: to, opacity: 0 }],
    { duration: 1100, easing: 'ease-in-out', fill: 'both' },
  )
  return dot
}

function pulsing({ x, y }: Point): SVGCircleElement {
  const ring = svg('circle', { cx: x, cy: y, r: RADIUS, class: 'ring' })
  ring.animate(
    [
      { transform: 'scale(1)', opacity: 0.9 },
      { transform: 'scale(1.55)', opacity: 0 },
    ],
    { duration: 900, easing: 'ease-out', fill: 'both' },
  )
  ring.style.transformOrigin = `${x}px ${y}px`
  return ring
}
