/** Reads and writes as they happen, the newest first, and what they come to. */
import type { Scene, Totals, Visit } from '../shapes.ts'
import { byId, html, say } from './dom.ts'
import { milliseconds } from './words.ts'

const SHOWN = 14

const titles = {
  prevented: 'stale reads prevented',
  near: 'reads answered nearby',
  cache: 'of them from a cache',
  home: 'reads that went far',
  failed: 'requests refused',
} as const

type Figure = keyof typeof titles
const order: readonly Figure[] = ['prevented', 'near', 'cache', 'home', 'failed']

export class Visits {
  readonly #cities: ReadonlyMap<string, string>
  readonly #cells: ReadonlyMap<Figure, HTMLElement>
  #lastId = 0

  constructor({ regions, hasSample }: Scene) {
    // What the nearest database would have said is known of the sample app alone.
    const shown = order.filter((figure) => hasSample || figure !== 'prevented')
    this.#cities = new Map(regions.map(({ name, city }) => [name, city]))
    this.#cells = new Map(
      shown.map((figure) => [figure, html('dd', { id: `total-${figure}` }, '0')]),
    )
    const pairs = [...this.#cells].map(([figure, cell]) =>
      html('div', { class: figure }, html('dt', {}, titles[figure]), cell),
    )
    byId('totals').replaceChildren(...pairs)
    byId('visits').replaceChildren()
  }

  add(visit: Visit): void {
    const { id, edge, who, does, ms, route, prevented, ok } = visit
    // After a reconnection the server tells the last ones again.
    if (id <= this.#lastId) return
    this.#lastId = id
    const reason = route?.reason ?? ''
    const row = html(
      'tr',
      { class: prevented ? 'prevented' : who === 'you' ? 'yours' : '' },
      html('td', {}, this.#cities.get(edge) ?? edge, who === 'you' ? ', you' : ''),
      html('td', {}, html('code', {}, does)),
      html('td', {}, ok ? (route?.node ?? '') : 'nobody'),
      html('td', { class: 'number' }, milliseconds(ms)),
      html(
        'td',
        {},
        prevented ? `${reason}; alone, the nearest would have shown old rows` : reason,
      ),
    )
    const rows = byId('visits')
    rows.prepend(row)
    while (rows.childElementCount > SHOWN) rows.lastElementChild?.remove()
  }

  showTotals({ prevented, cache, failed, served }: Totals): void {
    let near = 0
    let home = 0
    for (const [edge, by] of Object.entries(served)) {
      for (const [who, count] of Object.entries(by)) {
        if (who.startsWith(`${edge}-`) || who === `cache ${edge}`) near += count
        else home += count
      }
    }
    const values = { prevented, near, cache, home, failed }
    for (const [figure, cell] of this.#cells) say(cell, String(values[figure]))
  }
}
