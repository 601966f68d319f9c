/** What has been asked, of the sample app or of a gateway, for those who watch. */
import type { Totals, Visit } from './shapes.ts'

type Listener = (visit: Visit) => void

/** So many are told to a page that opens later. */
const KEPT = 30

export class Journal {
  readonly #recent: Visit[] = []
  readonly #listeners = new Set<Listener>()
  readonly #served = new Map<string, Map<string, number>>()
  readonly #counts = { reads: 0, writes: 0, failed: 0, prevented: 0, cache: 0 }
  #lastId = 0

  get recent(): readonly Visit[] {
    return this.#recent
  }

  get totals(): Totals {
    const served = [...this.#served].map(([edge, by]) => [edge, Object.fromEntries(by)])
    return { ...this.#counts, served: Object.fromEntries(served) }
  }

  add(visit: Omit<Visit, 'id' | 'at'>): void {
    const whole: Visit = { ...visit, id: ++this.#lastId, at: Date.now() }
    this.#count(whole)
    this.#recent.push(whole)
    if (this.#recent.length > KEPT) this.#recent.shift()
    for (const listener of this.#listeners) listener(whole)
  }

  /** A read that is only counted: of its kind there are too many to be told. */
  countCached(edge: string): void {
    this.#counts.reads++
    this.#counts.cache++
    this.#countServed(edge, `cache ${edge}`)
  }

  listen(listener: Listener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  #count({ edge, ok, writes, prevented, route }: Visit): void {
    if (!ok) this.#counts.failed++
    else if (writes) this.#counts.writes++
    else this.#counts.reads++
    if (prevented) this.#counts.prevented++
    if (!ok || writes || !route) return
    const isCache = route.source === 'cache'
    if (isCache) this.#counts.cache++
    this.#countServed(edge, isCache ? `cache ${edge}` : route.node)
  }

  #countServed(edge: string, who: string): void {
    const by = this.#served.get(edge) ?? new Map<string, number>()
    by.set(who, (by.get(who) ?? 0) + 1)
    this.#served.set(edge, by)
  }
}
