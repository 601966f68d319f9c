/** Some things are read far more often than others: the n-th most wanted one n times more seldom. */
import type { Random } from '../../test/consistency/random.ts'

export class Zipf {
  readonly #shares: readonly number[]

  constructor(count: number) {
    const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    let sum = 0
    this.#shares = weights.map((weight) => (sum += weight / total))
  }

  /** From 0, the most wanted one. */
  draw(random: Random): number {
    const share = random.next()
    const index = this.#shares.findIndex((upTo) => share < upTo)
    return index === -1 ? this.#shares.length - 1 : index
  }
}
