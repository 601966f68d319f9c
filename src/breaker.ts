/**
 * Keeps away from a node that fails, and comes back carefully: one probe after a pause that grows
 * with each failed one. Time and chance come in as arguments.
 */
export interface BreakerOptions {
  /** Failures in a row that open it. @default 3 */
  readonly failures?: number | undefined
  /** The first pause. @default 1000 */
  readonly pauseMs?: number | undefined
  /** @default 30_000 */
  readonly maxPauseMs?: number | undefined
}

export class Breaker {
  readonly #threshold: number
  readonly #pauseMs: number
  readonly #maxPauseMs: number
  #failures = 0
  #openUntil = 0
  #probing = false

  constructor({ failures = 3, pauseMs = 1000, maxPauseMs = 30_000 }: BreakerOptions = {}) {
    this.#threshold = failures
    this.#pauseMs = pauseMs
    this.#maxPauseMs = maxPauseMs
  }

  get open(): boolean {
    return this.#failures >= this.#threshold
  }

  /** Whether a request may go there: always while closed, one probe at a time after the pause. */
  admits(now: number): boolean {
    return !this.open || (now >= this.#openUntil && !this.#probing)
  }

  started(): void {
    if (this.open) this.#probing = true
  }

  succeeded(): void {
    this.#failures = 0
    this.#probing = false
  }

  /** @param chance from 0 to 1: isolates that opened together do not probe together. */
  failed(now: number, chance: number): void {
    this.#failures++
    this.#probing = false
    if (!this.open) return
    const pause = this.#pauseMs * 2 ** (this.#failures - this.#threshold)
    this.#openUntil = now + Math.min(pause, this.#maxPauseMs) * (0.5 + chance / 2)
  }

  /** It ended without telling anything of the node: the caller gave up. */
  dropped(): void {
    this.#probing = false
  }
}
