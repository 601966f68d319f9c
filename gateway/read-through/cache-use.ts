/** How often the cache said what: what the SDK counts, and what it is not asked. */
import type { CacheCounts } from '../../src/cache/index.ts'
import type { CacheLookups, CacheUse } from '../operations/metrics.ts'

const BYPASS = 'bypass: '

export class CacheUses {
  readonly #counts: () => CacheCounts
  #again = 0
  #uncacheable = 0

  constructor(counts: () => CacheCounts) {
    this.#counts = counts
  }

  /** An answer was given again as it was written. */
  gaveAgain(): void {
    this.#again++
  }

  /** @param word what an answer says of the cache; the store was not asked for what may not be kept */
  note(word: string | undefined): void {
    if (!word?.startsWith(BYPASS)) return
    if (!(word.slice(BYPASS.length) in this.#counts().bypass)) this.#uncacheable++
  }

  read(): CacheUse {
    const { hit, miss, stale, behind, bypass, fill } = this.#counts()
    const bypasses = { ...bypass, uncacheable: this.#uncacheable }
    return {
      lookups: [
        ...byDetail('hit', { ...hit, written: this.#again }),
        { outcome: 'miss', detail: '', count: miss },
        { outcome: 'stale', detail: '', count: stale },
        { outcome: 'behind', detail: '', count: behind },
        ...byDetail('bypass', bypasses),
      ],
      fills: fill,
    }
  }
}

function byDetail(
  outcome: CacheLookups['outcome'],
  counts: Readonly<Record<string, number>>,
): CacheLookups[] {
  return Object.entries(counts).map(([detail, count]) => ({ outcome, detail, count }))
}
