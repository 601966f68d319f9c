import { decodeEntry, encodeEntry } from '../entry-text.ts'
/** Entries in the region's Redis, beside its tide table: over TCP or HTTP. */
import type { Entry } from '../entry.ts'
import type { CacheKey } from '../key.ts'
import { acceptReply, type RedisCommands, sendOne, toTexts } from '../redis/commands.ts'
import { tableKey } from '../tide-table/redis-table.ts'
import { fieldsToRead, toTableReading } from '../tide-table/table-fields.ts'
import type { CacheStore, Found } from './store.ts'

export interface RedisStoreOptions {
  /** The tide table's. @default 'main' */
  readonly name?: string | undefined
}

export class RedisStore implements CacheStore {
  readonly #redis: RedisCommands
  readonly #table: string

  constructor(redis: RedisCommands, { name = 'main' }: RedisStoreOptions = {}) {
    this.#redis = redis
    this.#table = tableKey(name)
  }

  async find(key: CacheKey, tags: readonly string[], signal?: AbortSignal): Promise<Found> {
    const wanted = { tags }
    // In whichever order: an entry never changes, and the table judges it for its own moment.
    const [text, fields] = await this.#redis.send(
      [
        ['GET', await this.#entryKey(key)],
        ['HMGET', this.#table, ...fieldsToRead(wanted)],
      ],
      { signal },
    )
    const entry = acceptReply(text)
    return {
      entry: typeof entry === 'string' ? decodeEntry(entry) : undefined,
      table: toTableReading(wanted, toTexts(acceptReply(fields))),
    }
  }

  async put(key: CacheKey, entry: Entry, ttlMs: number, signal?: AbortSignal): Promise<void> {
    const text = await encodeEntry(entry)
    const command = ['SET', await this.#entryKey(key), text, 'PX', Math.ceil(ttlMs)] as const
    await sendOne(this.#redis, command, signal)
  }

  async #entryKey(key: CacheKey): Promise<string> {
    return `${this.#table}:e:${await key.digest()}`
  }
}
