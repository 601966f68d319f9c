/**
 * A second source for a read that takes longer than 95 of 100 reads of its node, so that one slow
 * answer in twenty costs little. A budget keeps a slow day from doubling everybody's load.
 */
const BURST = 10

export class HedgeBudget {
  readonly #share: number
  #saved = 1

  /** @param share of the reads that may be sent twice */
  constructor(share: number) {
    this.#share = share
  }

  /** A read is about to begin. */
  earn(): void {
    this.#saved = Math.min(BURST, this.#saved + this.#share)
  }

  spend(): boolean {
    if (this.#share === 0 || this.#saved < 1) return false
    this.#saved--
    return true
  }
}

/** Its outcome, or `undefined` if it is still running then. Never rejects for another's sake. */
export async function settledWithin<T>(running: Promise<T>, ms: number): Promise<T | undefined> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, undefined)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** The first of two that `serves`; if neither does, the outcome of the first. */
export async function firstServed<T>(
  first: Promise<T>,
  second: Promise<T>,
  serves: (outcome: T) => boolean,
): Promise<T> {
  const quicker = await Promise.race([first, second])
  if (serves(quicker)) return quicker
  const outcomes = await Promise.all([first, second])
  return outcomes.find(serves) ?? outcomes[0]
}
