/**
 * The whole path of a cached read: look it up, else ask Postgres and keep the answer. Where a process
 * may share promises between its requests, readers of one thing ask Postgres once.
 */
import type { Cache, Fresh, Question } from './cache.ts'
import { type EntryNeed, impliesNeed, meetsNeed } from './need.ts'
import type { CachedAnswer, Lookup } from './outcome.ts'

export interface ReadThroughOptions {
  readonly cache: Cache
  /**
   * Concurrent reads of one key share one load. Only on servers: in Workers a request must not wait
   * for the promise of another. @default false
   */
  readonly singleFlight?: boolean | undefined
}

export interface CachedRead<T> extends Omit<Question, 'serveStale'> {
  readonly ttlMs: number
  /** Asks Postgres, so that the need is met. */
  readonly load: () => Promise<T>
  /** What of it may be kept; `undefined` where its stamps are not known. */
  readonly keep: (loaded: T) => Fresh | undefined
  /**
   * Keeps work going after the response, as the platform's own. Without it nothing stale is served,
   * and a fill goes on unwatched.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

export type ReadOutcome<T> =
  | { readonly lookup: Lookup; readonly cached: CachedAnswer }
  | { readonly lookup: Lookup; readonly loaded: T; readonly shared: boolean }

interface Flight<T> {
  readonly need: EntryNeed
  readonly loading: Promise<T>
}

export class ReadThrough<T> {
  readonly #cache: Cache
  readonly #flights: Map<string, Flight<T>> | undefined

  constructor({ cache, singleFlight = false }: ReadThroughOptions) {
    this.#cache = cache
    this.#flights = singleFlight ? new Map() : undefined
  }

  async read(read: CachedRead<T>): Promise<ReadOutcome<T>> {
    const serveStale = read.waitUntil !== undefined
    const lookup = await this.#cache.lookup({ ...read, serveStale })
    if (lookup.outcome === 'hit') return { lookup, cached: lookup.answer }
    if (lookup.outcome === 'stale' && lookup.answer && read.waitUntil) {
      // If it fails, the next reader tries again.
      read.waitUntil(this.#once(read).catch(() => undefined))
      return { lookup, cached: lookup.answer }
    }
    return { lookup, ...(await this.#once(read)) }
  }

  /** Joins a load that is under way, if its answer will do; once, so that nobody waits in line. */
  async #once(read: CachedRead<T>): Promise<{ loaded: T; shared: boolean }> {
    const flight = this.#flights?.get(read.key.text)
    if (flight) {
      const landed = await flight.loading.then(
        (loaded) => ({ loaded }),
        () => undefined,
      )
      if (landed && suits(landed.loaded, flight, read)) {
        return { loaded: landed.loaded, shared: true }
      }
    }
    return { loaded: await this.#load(read), shared: false }
  }

  async #load(read: CachedRead<T>): Promise<T> {
    const flights = this.#flights
    const loading = this.#loadAndKeep(read)
    if (!flights || flights.has(read.key.text)) return await loading
    flights.set(read.key.text, { need: read.need, loading })
    try {
      return await loading
    } finally {
      flights.delete(read.key.text)
    }
  }

  async #loadAndKeep(read: CachedRead<T>): Promise<T> {
    const loaded = await read.load()
    const fresh = read.keep(loaded)
    if (fresh) {
      // Never rejects.
      const filling = this.#cache.fill(read.key, read.tags, fresh, read.ttlMs)
      if (read.waitUntil) read.waitUntil(filling)
    }
    return loaded
  }
}

/** It began before this read: only its need and its stamps tell whether it is new enough. */
function suits<T>(loaded: T, flight: Flight<T>, { need, keep }: CachedRead<T>): boolean {
  if (impliesNeed(flight.need, need)) return true
  const fresh = keep(loaded)
  return fresh !== undefined && meetsNeed(fresh, undefined, need)
}
