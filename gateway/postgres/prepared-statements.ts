/**
 * Which statements one connection has prepared. A text is prepared by name when it comes for the second
 * time: most that come once never come again, and those must not push out the others. Names are never
 * used twice, so that whatever became of an earlier one, a name means one text.
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
  /** Texts that came once. Both are in the order of use, the oldest first. */
  readonly #seen = new Set<string>()
  readonly #names = new Map<string, string>()
  readonly #toClose: string[] = []
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  /** How this text is to be sent now. What is said here must then be sent. */
  prepare(text: string): Preparation {
    const name = this.#names.get(text)
    if (name !== undefined) {
      this.#names.delete(text)
      this.#names.set(text, name)
      return { name, parse: false }
    }
    if (this.#most === 0 || text.length > LONGEST_TEXT) return UNNAMED
    return this.#seen.delete(text) ? this.#name(text) : this.#see(text)
  }

  /** Names that were given up; they must now be closed. */
  takeClosable(): readonly string[] {
    return this.#toClose.splice(0)
  }

  /** The server has forgotten them, or nobody knows what it has. */
  clear(): void {
    this.#seen.clear()
    this.#names.clear()
    this.#toClose.length = 0
  }

  #see(text: string): Preparation {
    this.#seen.add(text)
    const [oldest] = this.#seen
    if (this.#seen.size > this.#most && oldest !== undefined) this.#seen.delete(oldest)
    return UNNAMED
  }

  #name(text: string): Preparation {
    const [oldest] = this.#names
    if (this.#names.size >= this.#most && oldest) {
      this.#names.delete(oldest[0])
      this.#toClose.push(oldest[1])
    }
    const name = `tidegate_${(this.#count += 1)}`
    this.#names.set(text, name)
    return { name, parse: true }
  }
}
