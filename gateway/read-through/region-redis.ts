/**
 * The region's tide table, as far as the gateway keeps it in memory: polled, so that nothing has to be
 * asked for an answer. While it cannot be read, nothing is known of it.
 */
import { Redis } from 'ioredis'

import { ioredisCommands, type NearTable, RegionTides } from '../../src/cache/index.ts'
import type { History } from '../../src/tide/history.ts'
import type { CurrentHistory } from '../positions/histories.ts'
import { batchWrites } from './batched-writes.ts'

export interface RegionRedisOptions {
  readonly redisUrl: string
  /** The table's name, as the consumer is told it. */
  readonly tideTable: string
  readonly region: string
  /** Of answers that are kept in this process; 0: none. */
  readonly cacheMemoryBytes: number
  readonly near?: NearTable | undefined
  /** Told when the table stops being readable, and when it is again. */
  readonly onReadable: (readable: boolean) => void
}

/** A failover is known so late at most. */
const POLL_MS = 250
/** Nothing is claimed by a table that was read longer ago: another history may have begun. */
const STALE_MS = 2_000
/** How long an answer is given from memory to those who need nothing newer. */
const MEMORY_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const LONGEST_PAUSE_MS = 2_000

export class RegionRedis implements AsyncDisposable {
  /** Shared by all clients of this process: one catalog, one tier in memory. */
  readonly tides: RegionTides
  readonly #redis: Redis
  readonly #onReadable: (readable: boolean) => void
  #history: History | undefined
  #primary: string | undefined
  #readAt = -Infinity
  #readable: boolean | undefined
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(options: RegionRedisOptions) {
    const { redisUrl, tideTable, region, cacheMemoryBytes, near, onReadable } = options
    this.#onReadable = onReadable
    this.#redis = new Redis(redisUrl, {
      // A Redis that is away fails at once: reads go on to Postgres.
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE_MS),
    })
    // What fails is told by the poll, in words that hold no address.
    this.#redis.on('error', () => {})
    this.tides = new RegionTides({
      redis: ioredisCommands(batchWrites(this.#redis)),
      name: tideTable,
      region,
      memory: cacheMemoryBytes > 0 && { maxBytes: cacheMemoryBytes, maxAgeMs: MEMORY_MS },
      singleFlight: true,
      near,
    })
    this.#redis.once('ready', () => void this.#poll())
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS)
  }

  readonly history: CurrentHistory = () =>
    performance.now() - this.#readAt > STALE_MS ? undefined : this.#history

  /** By the name that consumers give it; `undefined`: the table has never said. */
  get primary(): string | undefined {
    return this.#primary
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#redis.disconnect()
    await Promise.resolve()
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#ended) return
    const askedAt = performance.now()
    const reading = await this.tides.read([])
    if (reading) {
      this.#history = reading.history
      this.#primary = reading.primary?.node ?? this.#primary
      this.#readAt = askedAt
    }
    const readable = reading !== undefined
    if (readable !== this.#readable) this.#onReadable(readable)
    this.#readable = readable
    if (this.#ended) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS)
    this.#timer.unref()
  }
}
