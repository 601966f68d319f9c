import type { Fresh } from '../cache/cache.ts'
/** Reads that may be answered by the region's cache, and that fill it. */
import type { Lookup } from '../cache/outcome.ts'
import type { ReadOutcome, ReadThrough } from '../cache/read-through.ts'
import type { RegionTides } from '../cache/region-tides.ts'
import type { Query } from '../drivers/driver.ts'
import type { ServedRead } from '../gate/gate.ts'
import type { Need } from '../gate/need.ts'
import type { Footprint } from '../sql/index.ts'
import type { CacheOption } from './query-options.ts'

/** As whom the nodes are asked: another role may be shown other rows. */
export interface Identity {
  readonly database: string
  readonly role: string
}

export interface CachedRead {
  readonly query: Query
  readonly footprint: Footprint
  readonly cache: Exclude<CacheOption, boolean>
  readonly need: Need
  readonly load: () => Promise<ServedRead>
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
}

/** What the cache had to say, and the answer: its own, or the one that was loaded. */
export type CacheOutcome = (
  | Pick<Extract<ReadOutcome<ServedRead>, { cached: unknown }>, 'cached'>
  | { readonly loaded: ServedRead }
) & {
  /** `undefined`: it was not asked. */
  readonly word: string | undefined
}

const DEFAULT_TTL_S = 60

export class CachedReads {
  readonly #tides: RegionTides
  readonly #reads: ReadThrough<ServedRead>
  readonly #identity: Identity

  constructor(tides: RegionTides, identity: Identity) {
    this.#tides = tides
    this.#reads = tides.readThrough()
    this.#identity = identity
  }

  get region(): string {
    return this.#tides.region
  }

  async read(read: CachedRead): Promise<CacheOutcome> {
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
      keep: toFresh,
    })
    return { ...outcome, word: wordOf(outcome.lookup) }
  }
}

/** What may be kept of an answer: one statement's, whose positions are known. */
function toFresh({ answer, sight: { lo, hi, at } }: ServedRead): Fresh | undefined {
  const [result, ...others] = answer.results
  if (!result || others.length > 0 || hi === undefined) return undefined
  return { result, lo, hi, at }
}

/** For people, without the values that tags of rows hold. */
function wordOf(lookup: Lookup): string {
  if (lookup.outcome === 'bypass') return `bypass: ${lookup.why}`
  if (lookup.outcome === 'stale') return `stale: ${lookup.tag.split('#', 1)[0] ?? ''} has changed`
  return lookup.outcome
}
