/**
 * Remembers footprints by text. Drivers send the same parameterised texts again and again, so most
 * calls end at one look-up.
 *
 * Two maps make it bounded without moving an entry at each hit: when the younger is full it becomes
 * the older, and what is not asked for until the next change is gone.
 */
import { TidegateError } from '../errors.ts'
import type { Catalog } from './catalog.ts'
import { type Footprint, footprint } from './footprint.ts'

export interface FootprintMemoOptions {
  /** A catalog is a snapshot: for a newer one, make a new memo. */
  readonly catalog?: Catalog | undefined
  /** The most texts to remember. @default 1000 */
  readonly maxEntries?: number | undefined
  /** The most characters of text to remember in all. @default 1048576 */
  readonly maxCharacters?: number | undefined
  /** Longer texts are read anew each time: they are seldom asked twice. @default 16384 */
  readonly maxTextCharacters?: number | undefined
}

export class FootprintMemo {
  readonly #catalog: Catalog | undefined
  readonly #maxEntries: number
  readonly #maxCharacters: number
  readonly #maxTextCharacters: number
  #young = new Map<string, Footprint>()
  #old = new Map<string, Footprint>()
  #youngCharacters = 0
  #oldCharacters = 0

  constructor(options: FootprintMemoOptions = {}) {
    this.#catalog = options.catalog
    this.#maxEntries = atLeastTwo('maxEntries', options.maxEntries ?? 1000)
    this.#maxCharacters = atLeastTwo('maxCharacters', options.maxCharacters ?? 1024 * 1024)
    this.#maxTextCharacters = Math.min(
      atLeastTwo('maxTextCharacters', options.maxTextCharacters ?? 16 * 1024),
      this.#maxCharacters >> 1,
    )
  }

  /** How many texts it remembers. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** How many characters those have. */
  get characters(): number {
    return this.#youngCharacters + this.#oldCharacters
  }

  read(sql: string): Footprint {
    const young = this.#young.get(sql)
    if (young !== undefined) return young
    const old = this.#old.get(sql)
    const found = old ?? footprint(sql, this.#catalog)
    if (sql.length <= this.#maxTextCharacters) this.#remember(sql, found, old !== undefined)
    return found
  }

  #remember(sql: string, found: Footprint, wasOld: boolean): void {
    if (wasOld) {
      this.#old.delete(sql)
      this.#oldCharacters -= sql.length
    }
    const full = this.#young.size >= this.#maxEntries >> 1
    if (full || this.#youngCharacters + sql.length > this.#maxCharacters >> 1) {
      this.#old = this.#young
      this.#oldCharacters = this.#youngCharacters
      this.#young = new Map()
      this.#youngCharacters = 0
    }
    this.#young.set(sql, found)
    this.#youngCharacters += sql.length
  }
}

function atLeastTwo(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 2) return value
  throw new TidegateError('CONFIG_INVALID', `${field} should be a whole number of at least 2.`)
}
