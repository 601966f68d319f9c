/** A store that is slow is a store that is gone around: how long it may take, and how often. */
import { TidegateError } from '../errors.ts'

/** What the gate's breaker does; the cache is given one. */
export interface StoreBreaker {
  admits(now: number): boolean
  started(): void
  succeeded(): void
  failed(now: number, chance: number): void
}

/**
 * What a store is given to heed. The signal is made when somebody asks for it: of a lookup that takes
 * fifty microseconds it would be a tenth.
 */
export class Deadline {
  #controller: AbortController | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  pass(error: unknown): void {
    this.#controller?.abort(error)
  }
}

/** Gives up after `ms`, even if the work heeds no deadline. */
export async function withinBudget<T>(
  ms: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => {
        const error = new TidegateError('TIMEOUT', 'The cache took too long.', { retryable: true })
        reject(error)
        deadline.pass(error)
      }, ms)
      work(deadline).then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
  }
}
