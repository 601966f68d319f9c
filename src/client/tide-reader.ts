/**
 * Brings what the region's consumer has published to what this process knows: which history is
 * today's, who is primary, how far the replicas are, what the schema is.
 */
import type { RegionTides } from '../cache/region-tides.ts'
import type { Knowledge } from '../gate/knowledge.ts'
import type { Footprint } from '../sql/index.ts'
import type { Footprints } from './footprints.ts'

/** An isolate that has been told nothing yet asks again so soon. */
const RETRY_MS = 25

export class TideReader {
  readonly #tides: RegionTides
  readonly #knowledge: Knowledge
  readonly #footprints: Footprints
  readonly #clock: () => number
  #readAt = -Infinity
  #isTold = false

  constructor(
    tides: RegionTides,
    knowledge: Knowledge,
    footprints: Footprints,
    clock: () => number,
  ) {
    this.#tides = tides
    this.#knowledge = knowledge
    this.#footprints = footprints
    this.#clock = clock
  }

  /** Reads the table, unless that was done so lately. Each request by itself: none waits for another's. */
  async learn(maxAgeMs: number): Promise<void> {
    const ageMs = this.#clock() - this.#readAt
    if (ageMs < (this.#isTold ? maxAgeMs : Math.min(maxAgeMs, RETRY_MS))) return
    const reading = await this.#tides.read([...this.#knowledge.nodes.keys()])
    // After the answer: until then others must not go on as if it were known.
    this.#readAt = this.#clock()
    if (!reading) return
    this.#isTold = true
    this.#knowledge.learnTable(reading, this.#readAt)
    this.#footprints.use(this.#tides.catalog)
  }

  /** What was read does not hold any more: the next reader reads again. */
  forget(): void {
    this.#readAt = -Infinity
  }

  /** By the catalog that the cache judges with: it may have changed since the statement was planned. */
  footprint(text: string): Footprint {
    this.#footprints.use(this.#tides.catalog)
    return this.#footprints.read(text)
  }
}
