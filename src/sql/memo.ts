import { check } from '../check.ts'
import type { Catalog } from './catalog.ts'
import { type Footprint, footprint } from './footprint.ts'
import { memoLimits as defaults, type MemoLimits, TextMemo } from './text-memo.ts'

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

/** Remembers footprints by text. */
export class FootprintMemo {
  readonly #memo: TextMemo

  constructor(options: FootprintMemoOptions = {}) {
    const { catalog } = options
    const limit = (name: keyof MemoLimits): number =>
      atLeastTwo(name, options[name] ?? defaults[name])
    const maxCharacters = limit('maxCharacters')
    this.#memo = new TextMemo((sql) => footprint(sql, catalog), {
      maxEntries: limit('maxEntries'),
      maxCharacters,
      maxTextCharacters: Math.min(limit('maxTextCharacters'), maxCharacters >> 1),
    })
  }

  /** How many texts it remembers. */
  get size(): number {
    return this.#memo.size
  }

  /** How many characters those have. */
  get characters(): number {
    return this.#memo.characters
  }

  read(sql: string): Footprint {
    return this.#memo.read(sql)
  }
}

function atLeastTwo(field: string, value: number): number {
  check(Number.isSafeInteger(value) && value >= 2, field, 'a whole number of at least 2')
  return value
}
