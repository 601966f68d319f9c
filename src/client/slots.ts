/**
 * How many queries of one request run at once. Workers have six connections for each request; what
 * is begun beyond that would wait there unseen, with its deadline running out.
 */
const AT_ONCE = 6

export class Slots {
  #running = 0
  readonly #waiting: (() => void)[] = []

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Its place is handed on: who comes in between must not take it, too.
      if (next) next()
      else this.#running--
    }
  }
}
