/**
 * A region's Redis: the tide table and the entries, one thing at a time, and a count of its commands.
 * The table and the store are the product's own.
 */
import type {
  CacheKey,
  CacheStore,
  Entry,
  Found,
  Raise,
  Raised,
  TableReading,
} from '../../src/cache/index.ts'
import { MemoryStore, MemoryTable } from '../../src/cache/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { Network } from './network.ts'
import { Station } from './station.ts'

const COMMAND_MS = 0.012
const TAG_MS = 0.004
const FIELD_MS = 0.0005
const FILL_MS = 0.03

export interface RedisOptions {
  readonly region: Region
  readonly time: VirtualTime
  readonly network: Network
  readonly dice: Dice
  readonly cacheBytes: number
}

export interface RedisCounts {
  lookups: number
  fills: number
  tableReads: number
  raises: number
  tags: number
  commands: number
}

export class Redis implements CacheStore {
  readonly table: MemoryTable = new MemoryTable()
  readonly counts: RedisCounts = {
    lookups: 0,
    fills: 0,
    tableReads: 0,
    raises: 0,
    tags: 0,
    commands: 0,
  }
  readonly #station = new Station(1)
  readonly #store: MemoryStore
  readonly #options: RedisOptions

  constructor(options: RedisOptions) {
    const { time, cacheBytes } = options
    this.#options = options
    this.#store = new MemoryStore({
      table: this.table,
      maxBytes: cacheBytes,
      now: () => time.now,
    })
  }

  get busyMs(): number {
    return this.#station.busyMs
  }

  async find(key: CacheKey, tags: readonly string[]): Promise<Found> {
    this.counts.lookups++
    this.counts.commands += 2
    return await this.#travel(
      2 * COMMAND_MS + tags.length * FIELD_MS,
      async () => await this.#store.find(key, tags),
    )
  }

  async put(key: CacheKey, entry: Entry, ttlMs: number): Promise<void> {
    this.counts.fills++
    this.counts.commands++
    await this.#travel(FILL_MS, async () => await this.#store.put(key, entry, ttlMs))
  }

  async read(nodes: readonly string[]): Promise<TableReading> {
    this.counts.tableReads++
    this.counts.commands++
    return await this.#travel(
      COMMAND_MS + nodes.length * FIELD_MS,
      async () => await this.table.read({ nodes }),
    )
  }

  async raise(raise: Raise): Promise<Raised> {
    const tags = raise.tags?.size ?? 0
    this.counts.raises++
    this.counts.commands++
    this.counts.tags += tags
    return await this.#travel(COMMAND_MS + tags * TAG_MS, async () => await this.table.raise(raise))
  }

  /** There, in line, done at one moment, and back. */
  async #travel<T>(serviceMs: number, run: () => Promise<T>): Promise<T> {
    const { time, network, dice, region } = this.#options
    return await new Promise<T>((resolve) => {
      time.at(time.now + network.delayMs(region, region, dice), () => {
        const begin = this.#station.take(time.now, serviceMs)
        time.at(begin + serviceMs, () => {
          const done = run()
          time.wakeAt(time.now + network.delayMs(region, region, dice), () => resolve(done))
        })
      })
    })
  }
}
