/** Entries in this process, judged by a tide table wherever that is: where Redis holds no rows. */
import { check } from '../../check.ts'
import { type Entry, entryBytes } from '../entry.ts'
import type { CacheKey } from '../key.ts'
import { Lru } from '../lru.ts'
import type { TideTable } from '../tide-table/tide-table.ts'
import type { CacheStore, Found } from './store.ts'

export interface MemoryStoreOptions {
  readonly table: Pick<TideTable, 'read'>
  /** @default 32 MiB */
  readonly maxBytes?: number | undefined
  /** In ms, for ages. @default Date.now */
  readonly now?: (() => number) | undefined
}

export class MemoryStore implements CacheStore {
  readonly #entries: Lru<Entry>
  readonly #table: Pick<TideTable, 'read'>
  readonly #now: () => number

  constructor({ table, maxBytes = 32 * 1024 * 1024, now = Date.now }: MemoryStoreOptions) {
    check(maxBytes > 0, 'maxBytes', 'a number above 0')
    this.#entries = new Lru(maxBytes)
    this.#table = table
    this.#now = now
  }

  async find(key: CacheKey, tags: readonly string[]): Promise<Found> {
    const entry = this.#entries.get(key.text, this.#now())
    const table = await this.#table.read({ tags })
    return {
      entry: entry && { head: entry, result: () => entry.result },
      table,
    }
  }

  async put(key: CacheKey, entry: Entry, ttlMs: number): Promise<void> {
    this.#entries.set(key.text, entry, entryBytes(entry), this.#now() + ttlMs)
    await Promise.resolve()
  }
}
