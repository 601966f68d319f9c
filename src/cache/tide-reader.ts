/**
 * Brings what the region's consumer has published to what a client knows: which history is today's,
 * who is primary, how far the replicas are, what the schema is.
 */
import type { RegionTides } from './region-tides.ts'
import type { TableReading } from './tide-table/tide-table.ts'

/** An isolate that has been told nothing yet asks again so soon. */
const RETRY_MS = 25

export interface TideReaderOptions {
  readonly nodes: readonly string[]
  readonly clock: () => number
  /** The table has been read, just now by the clock. */
  readonly onReading: (reading: TableReading, now: number) => void
}

export class TideReader {
  readonly #tides: RegionTides
  readonly #options: TideReaderOptions
  #readAt = -Infinity
  #isTold = false

  constructor(tides: RegionTides, options: TideReaderOptions) {
    this.#tides = tides
    this.#options = options
  }

  /** Reads the table, unless that was done so lately. Each request by itself: none waits for another's. */
  async learn(maxAgeMs: number): Promise<void> {
    const { nodes, clock, onReading } = this.#options
    const ageMs = clock() - this.#readAt
    if (ageMs < (this.#isTold ? maxAgeMs : Math.min(maxAgeMs, RETRY_MS))) return
    const reading = await this.#tides.read(nodes)
    // After the answer: until then others must not go on as if it were known.
    this.#readAt = clock()
    if (!reading) return
    this.#isTold = true
    onReading(reading, this.#readAt)
  }

  /** What was read does not hold any more: the next reader reads again. */
  forget(): void {
    this.#readAt = -Infinity
  }
}
