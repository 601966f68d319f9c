/** What the cache says of a read, and how often it has said it. */
import type { Position } from '../tide/position.ts'
import type { Stamp } from '../tide/stamp.ts'
import type { Tide } from '../tide/tide.ts'
import type { CachedResult } from './entry.ts'

export interface CachedAnswer {
  readonly result: CachedResult
  readonly lo: Stamp['lo']
  /** Up to where it is known to be what Postgres would answer. */
  readonly tide: Position | undefined
  /** It has every write that was acknowledged before this moment of the primary's clock. */
  readonly at: number | undefined
  /** What a session that has seen it must not fall behind. */
  readonly hi: Position
}

export type Bypass =
  /** The read needs the newest data. */
  | 'strong'
  /** The tide table is missing, or nobody has set it up. */
  | 'unknown'
  /** The tide table has another catalog than the one that the tags were found by. */
  | 'schema'
  /** It took longer than its budget. */
  | 'slow'
  /** It could not be reached or made no sense. */
  | 'failed'
  /** It has failed lately, and is left alone for a while. */
  | 'resting'

export type Lookup =
  | { readonly outcome: 'hit'; readonly from: 'memory' | 'store'; readonly answer: CachedAnswer }
  /** There is no entry, or none that the table can tell of. */
  | { readonly outcome: 'miss' }
  /** The tag was raised since. The answer is there where it is wanted and the need allows it. */
  | { readonly outcome: 'stale'; readonly tag: string; readonly answer: CachedAnswer | undefined }
  /** The entry is good, but nobody knows up to where the read needs it. */
  | { readonly outcome: 'behind'; readonly horizon: Tide }
  | { readonly outcome: 'bypass'; readonly why: Bypass }

export type Fill = 'filled' | 'too large' | 'slow' | 'failed' | 'resting'

export interface CacheCounts {
  readonly hit: { readonly memory: number; readonly store: number }
  readonly miss: number
  readonly stale: number
  readonly behind: number
  readonly bypass: Readonly<Record<Bypass, number>>
  readonly fill: Readonly<Record<Fill, number>>
}

export class Counters {
  readonly #hit = { memory: 0, store: 0 }
  readonly #bypass = { strong: 0, unknown: 0, schema: 0, slow: 0, failed: 0, resting: 0 }
  readonly #fill = { filled: 0, 'too large': 0, slow: 0, failed: 0, resting: 0 }
  #miss = 0
  #stale = 0
  #behind = 0

  countLookup(lookup: Lookup): void {
    switch (lookup.outcome) {
      case 'hit':
        this.#hit[lookup.from]++
        break
      case 'miss':
        this.#miss++
        break
      case 'stale':
        this.#stale++
        break
      case 'behind':
        this.#behind++
        break
      case 'bypass':
        this.#bypass[lookup.why]++
        break
    }
  }

  countFill(fill: Fill): void {
    this.#fill[fill]++
  }

  read(): CacheCounts {
    return {
      hit: { ...this.#hit },
      miss: this.#miss,
      stale: this.#stale,
      behind: this.#behind,
      bypass: { ...this.#bypass },
      fill: { ...this.#fill },
    }
  }
}
