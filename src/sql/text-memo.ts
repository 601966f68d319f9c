/**
 * Remembers footprints by text. Drivers send the same parameterised texts again and again, so most
 * calls end at one look-up.
 *
 * Two maps make it bounded without moving an entry at each hit: when the younger is full it becomes
 * the older, and what is not asked for until the next change is gone.
 */
import type { Footprint } from './footprint.ts'

export interface MemoLimits {
  readonly maxEntries: number
  readonly maxCharacters: number
  readonly maxTextCharacters: number
}

export const memoLimits: MemoLimits = {
  maxEntries: 1000,
  maxCharacters: 1024 * 1024,
  maxTextCharacters: 16 * 1024,
}

export class TextMemo {
  readonly #read: (sql: string) => Footprint
  readonly #limits: MemoLimits
  #young = new Map<string, Footprint>()
  #old = new Map<string, Footprint>()
  #youngCharacters = 0
  #oldCharacters = 0

  constructor(read: (sql: string) => Footprint, limits: MemoLimits = memoLimits) {
    this.#read = read
    this.#limits = limits
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
    const found = old ?? this.#read(sql)
    if (sql.length <= this.#limits.maxTextCharacters) this.#remember(sql, found, old !== undefined)
    return found
  }

  #remember(sql: string, found: Footprint, wasOld: boolean): void {
    if (wasOld) {
      this.#old.delete(sql)
      this.#oldCharacters -= sql.length
    }
    const { maxEntries, maxCharacters } = this.#limits
    const full = this.#young.size >= maxEntries >> 1
    if (full || this.#youngCharacters + sql.length > maxCharacters >> 1) {
      this.#old = this.#young
      this.#oldCharacters = this.#youngCharacters
      this.#young = new Map()
      this.#youngCharacters = 0
    }
    this.#young.set(sql, found)
    this.#youngCharacters += sql.length
  }
}
