/**
 * Waits until a node has a position. All who wait for one database share one question, asked again and
 * again on one connection while anybody waits: Postgres 18 tells nobody by itself.
 */
import { LSN_ZERO, type Lsn, maxLsn } from '../../src/tide/lsn.ts'

const PAUSE_MS = 3
/** A node that has not answered by then is not waited for by those who did not want to wait at all. */
const FIRST_ANSWER_MS = 1_000
/** The connection is closed when nobody has waited for so long. */
const QUIET_MS = 5_000

/** Asks for the position on a connection of its own, opened when it is first asked. */
export interface Gauge {
  read(): Promise<Lsn>
  close(): Promise<void>
}

export interface Wait {
  readonly reached: (lsn: Lsn) => boolean
  readonly waitMs: number
  readonly signal: AbortSignal
  /** Opens the gauge, if there is none, with the waiter's own right to be there. */
  readonly open: () => Gauge
}

interface Waiter {
  readonly reached: (lsn: Lsn) => boolean
  readonly once: boolean
  readonly settle: (reached: boolean) => void
  readonly reject: (error: unknown) => void
}

export class Poller {
  readonly #waiters = new Set<Waiter>()
  #gauge: Gauge | undefined
  #polling = false
  #quiet: NodeJS.Timeout | undefined
  #known: Lsn = LSN_ZERO

  /** What an answer has shown is known without asking. */
  learn(lsn: Lsn): void {
    this.#known = maxLsn(this.#known, lsn)
  }

  /** An answer was behind what was known: the node was set back or is another one now. */
  forget(): void {
    this.#known = LSN_ZERO
  }

  async reach({ reached, waitMs, signal, open }: Wait): Promise<boolean> {
    if (reached(this.#known)) return true
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const waiter: Waiter = { reached, once: waitMs === 0, settle: resolve, reject }
    const timer = setTimeout(() => resolve(false), waitMs === 0 ? FIRST_ANSWER_MS : waitMs)
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    this.#waiters.add(waiter)
    this.#gauge ??= open()
    void this.#poll()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      this.#waiters.delete(waiter)
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#quiet)
    const gauge = this.#gauge
    this.#gauge = undefined
    await gauge?.close()
  }

  async #poll(): Promise<void> {
    if (this.#polling) return
    this.#polling = true
    clearTimeout(this.#quiet)
    try {
      while (this.#waiters.size > 0 && this.#gauge) {
        // Who comes while it is asked may have wanted a later answer.
        const asking = [...this.#waiters]
        const lsn = await this.#gauge.read()
        this.learn(lsn)
        for (const waiter of asking) {
          const has = waiter.reached(lsn)
          if (has || waiter.once) waiter.settle(has)
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    } catch (error) {
      for (const { reject } of this.#waiters) reject(error)
      await this.close()
    } finally {
      this.#polling = false
    }
    if (this.#waiters.size > 0 && this.#gauge) {
      void this.#poll()
      return
    }
    this.#quiet = setTimeout(() => void this.close(), QUIET_MS)
    this.#quiet.unref()
  }
}
