/** A store that is slow is a store that is gone around: how long it may take, and how often. */
import { TidegateError } from '../errors.ts'

/** What the gate's breaker does; the cache is given one. */
export interface StoreBreaker {
  admits(now: number): boolean
  started(): void
  succeeded(): void
  failed(now: number, chance: number): void
}

/** Gives up after `ms`, even if the work heeds no signal. */
export async function withinBudget<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TidegateError('TIMEOUT', 'The cache took too long.', { retryable: true })
      controller.abort(error)
      reject(error)
    }, ms)
  })
  try {
    return await Promise.race([work(controller.signal), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
