/** Reads of one client that may be answered by the region's cache, and that fill it. */
import type { Catalog, Footprint } from '../sql/index.ts'
import type { Fresh } from './cache.ts'
import type { Identity } from './identity.ts'
import type { EntryNeed } from './need.ts'
import type { CachedAnswer, Lookup } from './outcome.ts'
import type { ReadThrough } from './read-through.ts'
import type { RegionTides } from './region-tides.ts'

/** A read, and how its answer is to be kept. */
export interface ClientRead<T> {
  readonly query: { readonly text: string; readonly params: readonly unknown[] }
  readonly footprint: Footprint
  readonly cache: {
    readonly ttl?: number | undefined
    readonly vary?: readonly string[] | undefined
  }
  readonly need: EntryNeed
  readonly load: () => Promise<T>
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
}

/** What the cache had to say, and the answer: its own, or the one that was loaded. */
export type ClientOutcome<T> = ({ readonly cached: CachedAnswer } | { readonly loaded: T }) & {
  /** For people. `undefined`: it was not asked. */
  readonly word: string | undefined
}

const DEFAULT_TTL_S = 60

export class CachedReads<T> {
  readonly #tides: RegionTides
  readonly #reads: ReadThrough<T>
  readonly #identity: Identity
  readonly #keep: (loaded: T) => Fresh | undefined

  /** @param keep what may be kept of an answer */
  constructor(tides: RegionTides, identity: Identity, keep: (loaded: T) => Fresh | undefined) {
    this.#tides = tides
    this.#reads = tides.readThrough()
    this.#identity = identity
    this.#keep = keep
  }

  get region(): string {
    return this.#tides.region
  }

  /** The one that answers are judged with. */
  get catalog(): Catalog | undefined {
    return this.#tides.catalog
  }

  async read(read: ClientRead<T>): Promise<ClientOutcome<T>> {
    const { query, footprint, cache, need, load, waitUntil } = read
    const { ttl = DEFAULT_TTL_S, vary = [] } = cache
    const judged = this.#tides.judge({ ...query, ...this.#identity, footprint, vary })
    if (!judged.key) return { word: `bypass: ${judged.reason}`, loaded: await load() }
    const { key, tags, catalogHash } = judged
    const ttlMs = ttl * 1000
    const outcome = await this.#reads.read({
      key,
      tags,
      catalogHash,
      need,
      ttlMs,
      load,
      waitUntil,
      keep: this.#keep,
    })
    return { ...outcome, word: wordOf(outcome.lookup) }
  }
}

/** Without the values that tags of rows hold. */
function wordOf(lookup: Lookup): string {
  if (lookup.outcome === 'bypass') return `bypass: ${lookup.why}`
  if (lookup.outcome === 'stale') return `stale: ${lookup.tag.split('#', 1)[0] ?? ''} has changed`
  return lookup.outcome
}
