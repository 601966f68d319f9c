/**
 * The tide table and the cache of one region, as the SDK uses them. Made once per isolate or process:
 * all that it keeps between requests is plain data.
 */
import { Breaker } from '../breaker.ts'
import { canonicalKey, type Catalog, type Footprint, type TableName } from '../sql/index.ts'
import { insightOf } from '../sql/insight.ts'
import { withinBudget } from './budget.ts'
import { Cache, type Fresh } from './cache.ts'
import { CachedReads } from './cached-reads.ts'
import { dependencies } from './dependencies.ts'
import { type Identity, identityOf } from './identity.ts'
import { type CacheKey, cacheKey } from './key.ts'
import { MemoryTier, type MemoryTierOptions } from './memory-tier.ts'
import type { CacheCounts } from './outcome.ts'
import { type KnownCatalog, readPublishedCatalog } from './published-catalog.ts'
import { ReadThrough } from './read-through.ts'
import type { RedisCommands } from './redis/commands.ts'
import { RedisStore } from './stores/redis-store.ts'
import { rowTag, tableTag } from './tags.ts'
import { TideReader, type TideReaderOptions } from './tide-reader.ts'
import type { NearTable } from './tide-table/near-table.ts'
import { RedisTable } from './tide-table/redis-table.ts'
import type { TableReading } from './tide-table/tide-table.ts'

export interface RegionTidesOptions {
  /** The region's Redis: `redisHttp({ url, token })` at the edge, `ioredisCommands(client)` on a server. */
  readonly redis: RedisCommands
  /** Where it is, for people. @default 'cache' */
  readonly region?: string | undefined
  /** The table's name, as the consumer is told it. @default 'main' */
  readonly name?: string | undefined
  /** Answers kept in this process as well. @default 8 MiB, for 5 seconds each */
  readonly memory?: MemoryTierOptions | false | undefined
  /** How long Redis may take before a read goes on without it. @default 50 */
  readonly budgetMs?: number | undefined
  /** Readers of one thing at a time ask Postgres once. Only on servers, never in Workers. @default false */
  readonly singleFlight?: boolean | undefined
  /** The table of the region's consumer, where it runs in this process. @default none */
  readonly near?: NearTable | undefined
}

/** One statement, for the cache. */
export interface CacheQuestion {
  readonly footprint: Footprint
  readonly text: string
  readonly params: readonly unknown[]
  readonly database: string
  readonly role: string
  /** What else an answer depends on: a tenant, a time zone. */
  readonly vary: readonly string[]
}

export type Cacheable =
  | { readonly key: CacheKey; readonly tags: readonly string[]; readonly catalogHash: string }
  /** For people: why it is not cached. */
  | { readonly key: undefined; readonly reason: string }

export class RegionTides {
  readonly region: string
  /** How statements are read by a catalog. Only an app with a cache carries the code. */
  readonly insightOf: typeof insightOf = insightOf
  readonly #table: RedisTable
  readonly #cache: Cache
  readonly #breaker = new Breaker()
  readonly #budgetMs: number
  readonly #singleFlight: boolean
  readonly #near: NearTable | undefined
  #catalog: KnownCatalog | undefined
  #catalogHash = ''

  constructor(options: RegionTidesOptions) {
    const { redis, name, memory = {}, budgetMs = 50, singleFlight, near } = options
    const { region = 'cache' } = options
    this.region = region
    this.#table = new RedisTable(redis, { name })
    this.#budgetMs = budgetMs
    this.#singleFlight = singleFlight ?? false
    this.#near = near
    this.#cache = new Cache({
      store: new RedisStore(redis, { name }),
      breaker: this.#breaker,
      budgetMs,
      memory: memory === false ? undefined : new MemoryTier(memory),
      near,
    })
  }

  /** What the consumer has published of the schema, as far as this process knows. */
  get catalog(): Catalog | undefined {
    return this.#catalog
  }

  get counts(): CacheCounts {
    return this.#cache.counts
  }

  /** Another one after anything that may have made an answer stale, as far as is known in this process. */
  get version(): number {
    return this.#near?.version ?? 0
  }

  /**
   * What a client reads by.
   *
   * @param asked as whom it asks, or the primary's connection string, which says so
   * @param keep what may be kept of an answer
   */
  cachedReads<T>(
    asked: Identity | string | (() => unknown),
    keep: (loaded: T) => Fresh | undefined,
  ): CachedReads<T> {
    const identity = typeof asked === 'object' ? asked : identityOf(asked)
    return new CachedReads(this, identity, keep)
  }

  /** How a client is told of the table. */
  reader(options: TideReaderOptions): TideReader {
    return new TideReader(this, options)
  }

  readThrough<T>(): ReadThrough<T> {
    return new ReadThrough<T>({ cache: this.#cache, singleFlight: this.#singleFlight })
  }

  /**
   * Reads the table, and the catalog if there is another one by now. `undefined` where it cannot be
   * read in time: then nothing is known.
   */
  async read(nodes: readonly string[]): Promise<TableReading | undefined> {
    return await this.#tried(async () => {
      const reading = await this.#table.read({ nodes })
      const hash = reading.catalog?.hash
      if (hash !== undefined && hash !== this.#catalogHash) await this.#readCatalog()
      this.#near?.notice(reading)
      return reading
    })
  }

  /** Whether and how an answer is kept. A statement that the catalog does not know all of is not. */
  judge(question: CacheQuestion): Cacheable {
    const { footprint, text, params, database, role, vary } = question
    const depends = dependencies(footprint, this.#catalog, params, {
      table: tableTag,
      row: (table, column, value) => this.#rowTag(table, column, value),
    })
    if (!depends.cacheable) return { key: undefined, reason: depends.reason }
    // With the catalog: an answer kept under another one may depend on other tables.
    const all = [this.#catalogHash, ...vary]
    const key = cacheKey({ text, params, database, role, vary: all })
    return key
      ? { key, tags: depends.tags, catalogHash: this.#catalogHash }
      : { key: undefined, reason: 'a parameter has a form that only the driver knows' }
  }

  #rowTag(table: TableName, column: string, value: unknown): string | undefined {
    const type = this.#catalog?.relation(table)?.keyTypes.get(column)
    if (type === undefined || !isKeyValue(value)) return undefined
    const canonical = canonicalKey(type, value)
    return canonical === undefined ? undefined : rowTag(table, column, canonical)
  }

  async #readCatalog(): Promise<void> {
    const published = await this.#table.readCatalog()
    if (!published) return
    this.#catalog = readPublishedCatalog(published.json)
    this.#catalogHash = published.hash
  }

  async #tried<T>(work: () => Promise<T>): Promise<T | undefined> {
    const breaker = this.#breaker
    if (!breaker.admits(Date.now())) return undefined
    breaker.started()
    try {
      const result = await withinBudget(this.#budgetMs, work)
      breaker.succeeded()
      return result
    } catch {
      breaker.failed(Date.now(), Math.random())
      return undefined
    }
  }
}

function isKeyValue(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
}
