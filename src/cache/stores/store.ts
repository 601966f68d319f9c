/** Where entries are kept, beside the tide table that they are judged by. All behave alike. */
import type { StoredEntry } from '../entry-text.ts'
import type { Entry } from '../entry.ts'
import type { CacheKey } from '../key.ts'
import type { SendOptions } from '../redis/commands.ts'
import type { TableReading } from '../tide-table/tide-table.ts'

export interface Found {
  readonly entry: StoredEntry | undefined
  /** Of one moment: horizon, floor and the asked tags. */
  readonly table: Pick<TableReading, 'horizon' | 'floor' | 'catalog' | 'tags'>
}

export interface CacheStore {
  /** One round trip. Rejects rather than tell half. */
  find(key: CacheKey, tags: readonly string[], options?: SendOptions): Promise<Found>
  /** Unconditional: an entry that lost a race with a write is stamped below it, and never good. */
  put(key: CacheKey, entry: Entry, ttlMs: number, options?: SendOptions): Promise<void>
}
