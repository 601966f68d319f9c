/**
 * Statements that a replica has refused, by fingerprint: next time they go to the primary at once.
 * Bounded: what is forgotten is learned again.
 */
const MAX = 500

export class Learned {
  readonly #fingerprints = new Set<string>()

  get size(): number {
    return this.#fingerprints.size
  }

  has(fingerprint: string): boolean {
    return this.#fingerprints.has(fingerprint)
  }

  add(fingerprint: string): void {
    this.#fingerprints.add(fingerprint)
    const [oldest] = this.#fingerprints
    if (this.#fingerprints.size > MAX && oldest !== undefined) this.#fingerprints.delete(oldest)
  }
}
