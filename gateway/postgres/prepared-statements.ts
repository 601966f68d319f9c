/**
 * Which statements one connection has prepared. A text is prepared by name when it comes for the second
 * time: most that come once never come again. Names are never used twice, so that whatever became of an
 * earlier one, a name means one text.
 */

/** Longer ones cost more to keep than to parse. */
const LONGEST_TEXT = 16_384

export interface Preparation {
  /** Empty: the unnamed statement. */
  readonly name: string
  readonly parse: boolean
}

export const UNNAMED: Preparation = { name: '', parse: true }

export class PreparedStatements {
  readonly #most: number
  /** Oldest use first. No name yet: it came once. */
  readonly #names = new Map<string, string>()
  readonly #toClose: string[] = []
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  /** How this text is to be sent now. What is said here must then be sent. */
  prepare(text: string): Preparation {
    if (this.#most === 0 || text.length > LONGEST_TEXT) return UNNAMED
    const known = this.#names.get(text)
    this.#names.delete(text)
    if (known === undefined) {
      this.#makeRoom()
      this.#names.set(text, '')
      return UNNAMED
    }
    const name = known === '' ? `tidegate_${(this.#count += 1)}` : known
    this.#names.set(text, name)
    return { name, parse: known === '' }
  }

  /** Names that were given up; they must now be closed. */
  takeClosable(): readonly string[] {
    return this.#toClose.splice(0)
  }

  /** The server has forgotten them, or nobody knows what it has. */
  clear(): void {
    this.#names.clear()
    this.#toClose.length = 0
  }

  #makeRoom(): void {
    const [oldest] = this.#names.size < this.#most ? [] : this.#names
    if (!oldest) return
    const [text, name] = oldest
    this.#names.delete(text)
    if (name !== '') this.#toClose.push(name)
  }
}
