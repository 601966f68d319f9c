/** What a starting world tells of itself, so that a program can show it. */
export interface Progress {
  /** For example `fra-1 standby` or `fra redis`. */
  readonly part: string
  readonly state: 'starting' | 'ready' | 'failed'
  /** Since the part began. */
  readonly ms: number
  /** What is being done, where that is worth a word. */
  readonly note?: string
}

export type OnProgress = (progress: Progress) => void

/**
 * The parts of a world start side by side. The first to fail ends the others, and nobody goes on
 * before all have ended: none may start a process behind the cleaning.
 */
export class Startup {
  readonly signal: AbortSignal
  readonly #failed = new AbortController()
  readonly #tell: OnProgress

  constructor(tell: OnProgress = () => {}, abort?: AbortSignal) {
    this.#tell = tell
    this.signal = AbortSignal.any([this.#failed.signal, ...(abort ? [abort] : [])])
  }

  note(part: string, note: string): void {
    this.#tell({ part, state: 'starting', ms: 0, note })
  }

  async part<T>(part: string, start: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const tell = (state: Progress['state']): void =>
      this.#tell({ part, state, ms: Math.round(performance.now() - begun) })
    tell('starting')
    try {
      this.signal.throwIfAborted()
      const result = await start()
      tell('ready')
      return result
    } catch (error) {
      // The others fail because this one did: the first reason is the one to show.
      if (!this.signal.aborted) tell('failed')
      this.#failed.abort(error)
      throw error
    }
  }

  async all(parts: readonly Promise<unknown>[]): Promise<void> {
    const outcomes = await Promise.allSettled(parts)
    this.signal.throwIfAborted()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
}
