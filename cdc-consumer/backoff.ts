/** Pauses between attempts: longer each time, spread, and over at once when the signal says so. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface BackoffOptions {
  /** @default 50 */
  readonly firstMs?: number | undefined
  /** @default 5_000 */
  readonly longestMs?: number | undefined
}

export class Backoff {
  readonly #firstMs: number
  readonly #longestMs: number
  #nextMs: number

  constructor({ firstMs = 50, longestMs = 5_000 }: BackoffOptions = {}) {
    this.#firstMs = firstMs
    this.#longestMs = longestMs
    this.#nextMs = firstMs
  }

  reset(): void {
    this.#nextMs = this.#firstMs
  }

  /** Does not reject: whoever waits looks at the signal. */
  async pause(signal: AbortSignal): Promise<void> {
    const ms = this.#nextMs * (0.5 + Math.random() / 2)
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs)
    await pause(ms, signal)
  }
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    // Cut short: that is what the signal is for.
  })
}

/** Rejects when it takes too long; what was begun goes on, and must be harmless if it ends later. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new LateError(what)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

class LateError extends Error {
  override readonly name = 'LateError'

  constructor(what: string) {
    super(`${what} took too long.`)
  }
}
