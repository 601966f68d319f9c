import { FREE, keywordClass, keywordName } from './keywords.ts'

/** The kinds of token. Past either end of the text every token is `END`. */
export const END = 0
export const WORD = 1
/** A name in double quotes: never a keyword. */
export const QUOTED = 2
/** Any constant in quotes, dollar quotes included. */
export const STRING = 3
export const NUMBER = 4
export const PARAMETER = 5
export const OPERATION = 6
export const MARK = 7

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
  /** The two halves of the fingerprint. */
  hashHigh = 0
  hashLow = 0
  /** For the fingerprint: 1 after a value, 2 after a value and a comma. */
  valueRun = 0

  #kinds = new Uint8Array(INITIAL_CAPACITY)
  #keywords = new Uint8Array(INITIAL_CAPACITY)
  #starts = new Int32Array(INITIAL_CAPACITY)
  #ends = new Int32Array(INITIAL_CAPACITY)
  #partners = new Int32Array(INITIAL_CAPACITY)
  readonly #symbols: string[] = []

  reset(text: string): void {
    this.text = text
    this.count = 0
    this.broken = undefined
    this.semicolons = 0
    this.commentStart = -1
    this.commentEnd = -1
    this.hashHigh = 0
    this.hashLow = 0
    this.valueRun = 0
  }

  /** `symbol` is what the token is to the grammar: a keyword, a mark, or nothing. */
  add(kind: number, start: number, end: number, symbol: string, keyword: number): number {
    const index = this.count
    if (index === this.#kinds.length) this.#grow()
    this.#kinds[index] = kind
    this.#keywords[index] = keyword
    this.#starts[index] = start
    this.#ends[index] = end
    this.#partners[index] = -1
    this.#symbols[index] = symbol
    this.count = index + 1
    return index
  }

  addWord(start: number, end: number, keyword: number): void {
    this.add(WORD, start, end, keywordName(keyword), keyword)
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2
    this.#kinds = grown(this.#kinds, new Uint8Array(capacity))
    this.#keywords = grown(this.#keywords, new Uint8Array(capacity))
    this.#starts = grown(this.#starts, new Int32Array(capacity))
    this.#ends = grown(this.#ends, new Int32Array(capacity))
    this.#partners = grown(this.#partners, new Int32Array(capacity))
  }

  kind(index: number): number {
    return index < this.count ? (this.#kinds[index] ?? END) : END
  }

  /** The keyword (lower case) or the mark that this token is; empty for names and values. */
  symbol(index: number): string {
    return index < this.count ? (this.#symbols[index] ?? '') : ''
  }

  /** What else a keyword may be; `FREE` for plain names. */
  wordClass(index: number): number {
    return index < this.count ? keywordClass(this.#keywords[index] ?? 0) : FREE
  }

  start(index: number): number {
    return this.#starts[index] ?? 0
  }

  end(index: number): number {
    return this.#ends[index] ?? 0
  }

  /** The other one of a pair of brackets. */
  partner(index: number): number {
    return this.#partners[index] ?? -1
  }

  setPartner(index: number, partner: number): void {
    this.#partners[index] = partner
  }

  isName(index: number): boolean {
    const kind = this.kind(index)
    return kind === WORD || kind === QUOTED
  }

  /** The name that a word or a quoted name stands for: folded to lower case, or unquoted. */
  name(index: number): string {
    const raw = this.text.slice(this.start(index), this.end(index))
    if (this.kind(index) !== QUOTED) return foldAscii(raw)
    const inner = raw.slice(1, -1)
    return inner.includes('"') ? inner.replaceAll('""', '"') : inner
  }
}

function grown<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

const hasUpper = /[A-Z]/

/** PostgreSQL folds ASCII only in a multi-byte encoding such as UTF-8. */
function foldAscii(word: string): string {
  if (!hasUpper.test(word)) return word
  return word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
