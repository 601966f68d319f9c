/** Entries in the region's Redis, beside its tide table: over TCP or HTTP. */
import { decodeTide } from '../../tide/tide.ts'
import { decodeEntry, encodeEntry } from '../entry-text.ts'
import type { Entry } from '../entry.ts'
import { type CacheKey, sha256 } from '../key.ts'
import { Lru } from '../lru.ts'
import {
  acceptReply,
  type RedisCommands,
  sendOne,
  type SendOptions,
  toTexts,
} from '../redis/commands.ts'
import {
  CATALOG_VERSION,
  decodeCatalogVersion,
  FLOOR,
  HORIZON,
  tagField,
} from '../tide-table/fields.ts'
import { decodeMark } from '../tide-table/mark.ts'
import { tableKey } from '../tide-table/redis-table.ts'
import type { FieldText } from '../tide-table/table-fields.ts'
import type { Mark } from '../tide-table/tide-table.ts'
import type { CacheStore, Found } from './store.ts'

export interface RedisStoreOptions {
  /** The tide table's. @default 'main' */
  readonly name?: string | undefined
  /**
   * SHA-256 in hex digits. On Node its own is faster: `({ text }) => hash('sha256', text)` with `hash`
   * of `node:crypto`. All who share a Redis use the same. @default WebCrypto
   */
  readonly digest?: ((key: CacheKey) => string | Promise<string>) | undefined
}

const NAMES_BYTES = 512 * 1024

export class RedisStore implements CacheStore {
  readonly #redis: RedisCommands
  readonly #table: string
  readonly #horizon = new Remembered(decodeTide)
  readonly #floor = new Remembered(decodeMark)
  readonly #catalog = new Remembered(decodeCatalogVersion)
  /** Digests of what was asked lately: they take longer than all else but the network. */
  readonly #names = new Lru<string>(NAMES_BYTES)
  readonly #digest: (key: CacheKey) => string | Promise<string>

  constructor(redis: RedisCommands, { name = 'main', digest = sha256 }: RedisStoreOptions = {}) {
    this.#redis = redis
    this.#digest = digest
    this.#table = tableKey(name)
  }

  async find(key: CacheKey, tags: readonly string[], options?: SendOptions): Promise<Found> {
    const name = this.#names.get(key.text, 0) ?? (await this.#entryKey(key))
    const fields: [string, ...string[]] = ['HMGET', this.#table, HORIZON, FLOOR, CATALOG_VERSION]
    for (const tag of tags) fields.push(tagField(tag))
    // In whichever order: an entry never changes, and the table judges it for its own moment.
    const replies = await this.#redis.send([['GET', name], fields], options)
    const entry = acceptReply(replies[0])
    const texts = toTexts(acceptReply(replies[1]))
    return {
      entry: typeof entry === 'string' ? decodeEntry(entry) : undefined,
      table: {
        horizon: this.#horizon.decode(texts[0]),
        floor: this.#floor.decode(texts[1]),
        catalog: this.#catalog.decode(texts[2]),
        tags: marksOf(tags, texts),
      },
    }
  }

  async put(key: CacheKey, entry: Entry, ttlMs: number, options?: SendOptions): Promise<void> {
    const text = await encodeEntry(entry)
    const command = ['SET', await this.#entryKey(key), text, 'PX', Math.ceil(ttlMs)] as const
    await sendOne(this.#redis, command, options)
  }

  async #entryKey(key: CacheKey): Promise<string> {
    const name = `${this.#table}:e:${await this.#digest(key)}`
    this.#names.set(key.text, name, key.text.length + name.length, 1)
    return name
  }
}

/** Remembers the last text: between two lookups horizon and floor are most often the same. */
class Remembered<T> {
  readonly #decode: (text: string) => T
  #last: { readonly text: string; readonly value: T } | undefined

  constructor(decode: (text: string) => T) {
    this.#decode = decode
  }

  decode(text: FieldText): T | undefined {
    if (typeof text !== 'string') return undefined
    if (this.#last?.text !== text) this.#last = { text, value: this.#decode(text) }
    return this.#last.value
  }
}

/** @param texts of the tags, behind the horizon's, the floor's and the catalog's */
function marksOf(tags: readonly string[], texts: readonly FieldText[]): ReadonlyMap<string, Mark> {
  const marks = new Map<string, Mark>()
  for (let index = 0; index < tags.length; index++) {
    const tag = tags[index]
    const text = texts[index + 3]
    if (tag !== undefined && typeof text === 'string') marks.set(tag, decodeMark(text))
  }
  return marks
}
