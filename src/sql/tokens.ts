import { END, WORD, QUOTED, KIND_BITS, KIND_MASK, CELLS, START, END_OF, PARTNER } from './cells.ts'
import { fillCodes } from './characters.ts'
import { isFunctionWord, symbolClass } from './keywords.ts'
import type { TableName } from './names.ts'

const INITIAL_CAPACITY = 512

/**
 * A text cut into tokens, as columns of numbers and not as objects: a statement has dozens of
 * tokens, and one such list is filled again for each statement.
 */
export class Tokens {
  text = ''
  count = 0
  /** Set where something in the text does not end, or is no SQL: what follows cannot be judged. */
  broken: string | undefined
  semicolons = 0
  /** Where the first comment is; -1 without one. */
  commentStart = -1
  commentEnd = -1
  #cells = new Int32Array(INITIAL_CAPACITY * CELLS)

  #codes = new Uint8Array(INITIAL_CAPACITY + 1)

  /** The text's characters as `fillCodes` gives them. */
  get codes(): Uint8Array {
    return this.#codes
  }

  /** The lexer's own way in: room for a token at each character of the text, and one at its end. */
  get cells(): Int32Array {
    return this.#cells
  }

  reset(text: string): void {
    const needed = (text.length + 1) * CELLS
    if (this.#cells.length < needed) this.#cells = new Int32Array(needed)
    if (this.#codes.length <= text.length) this.#codes = new Uint8Array(text.length + 1)
    fillCodes(text, this.#codes)
    this.text = text
    this.count = 0
    this.broken = undefined
    this.semicolons = 0
    this.commentStart = -1
    this.commentEnd = -1
  }

  kind(index: number): number {
    return index >>> 0 < this.count ? (this.#cells[index * CELLS] ?? 0) & KIND_MASK : END
  }

  /** The number of the keyword or the mark that this token is; 0 for names and values. */
  symbol(index: number): number {
    return index >>> 0 < this.count ? (this.#cells[index * CELLS] ?? 0) >> KIND_BITS : 0
  }

  /** What else a keyword may be; `FREE` for plain names. */
  wordClass(index: number): number {
    return symbolClass(this.symbol(index))
  }

  isFunctionWord(index: number): boolean {
    return isFunctionWord(this.symbol(index))
  }

  start(index: number): number {
    return this.#cells[index * CELLS + START] ?? 0
  }

  end(index: number): number {
    return this.#cells[index * CELLS + END_OF] ?? 0
  }

  /** The other one of a pair of brackets; means nothing for other tokens. */
  partner(index: number): number {
    return this.#cells[index * CELLS + PARTNER] ?? -1
  }

  isName(index: number): boolean {
    const kind = this.kind(index)
    return kind === WORD || kind === QUOTED
  }

  /** The name that a word or a quoted name stands for: folded to lower case, or unquoted. */
  name(index: number): string {
    const start = this.start(index)
    const end = this.end(index)
    if (this.kind(index) !== QUOTED) {
      const raw = this.text.slice(start, end)
      // PostgreSQL folds ASCII only in a multi-byte encoding such as UTF-8.
      return this.#hasCapitals(start, end) ? raw.replaceAll(/[A-Z]+/g, lower) : raw
    }
    const inner = this.text.slice(start + 1, end - 1)
    return inner.includes('"') ? inner.replaceAll('""', '"') : inner
  }

  /** An unquoted word as its name, whether it is a keyword or not; empty for everything else. */
  word(index: number): string {
    return this.kind(index) === WORD ? this.name(index) : ''
  }

  slice(index: number): string {
    return this.text.slice(this.start(index), this.end(index))
  }

  /** `name` or `schema.name`; a database's name before that changes nothing. */
  tableName(first: number, last: number): TableName {
    const name = this.name(last)
    return last === first ? { name } : { schema: this.name(last - 2), name }
  }

  #hasCapitals(start: number, end: number): boolean {
    for (let at = start; at < end; at += 1) {
      const code = this.#codes[at] ?? 0
      if (code >= 65 && code <= 90) return true
    }
    return false
  }
}

function lower(letters: string): string {
  return letters.toLowerCase()
}
