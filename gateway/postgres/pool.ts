/**
 * The connections of one credential. Never more than its size, used ones first again, and a queue that
 * is short: who would wait too long, or behind too many, is told at once to come back.
 */
import { overloaded, unreachable } from '../protocol/refusal.ts'
import type { Backend } from './backend.ts'

export interface PoolLimits {
  readonly poolSize: number
  readonly maxWaiting: number
  readonly queueMs: number
  readonly idleMs: number
  readonly lifetimeMs: number
  /** A connection that is used longer is cancelled. */
  readonly queryTimeoutMs: number
}

export interface PoolHooks {
  connect(): Promise<Backend>
  /** Room for one more connection in the whole gateway; it was made for the asker if it had to be. */
  takeRoom(): boolean
  /** Whether one that has so many should give one up for another pool, rather than use it again. */
  mustYield(pool: { readonly total: number; readonly waiting: number }): boolean
  /** A connection has ended. */
  giveRoom(): void
}

interface Waiter {
  readonly resolve: (backend: Backend) => void
  readonly reject: (error: unknown) => void
  readonly until: number
}

export class Pool {
  readonly #limits: PoolLimits
  readonly #hooks: PoolHooks
  readonly #idle: Backend[] = []
  readonly #used = new Set<Backend>()
  readonly #waiting = new Set<Waiter>()
  #opening = 0
  #closing = 0
  #ended = false
  /** Postgres has let this credential in. */
  #proven = false
  #expiring: NodeJS.Timeout | undefined

  constructor(limits: PoolLimits, hooks: PoolHooks) {
    this.#limits = limits
    this.#hooks = hooks
  }

  get total(): number {
    return this.#idle.length + this.#used.size + this.#opening + this.#closing
  }

  get idle(): number {
    return this.#idle.length
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get proven(): boolean {
    return this.#proven
  }

  async acquire(signal: AbortSignal): Promise<Backend> {
    const idle = this.#waiting.size === 0 ? this.#takeIdle() : undefined
    if (idle) return idle
    if (this.#waiting.size >= this.#limits.maxWaiting) {
      throw overloaded('Too many requests wait for a connection.')
    }
    return await this.#wait(signal)
  }

  /** Gives back a connection that is in order. */
  release(backend: Backend): void {
    this.#used.delete(backend)
    if (!this.#isKept(backend)) {
      this.#end(backend.close())
      return
    }
    backend.since = performance.now()
    this.#idle.push(backend)
    this.#serve()
  }

  /** Gives back one that is not, after what it does has been cancelled. */
  discard(backend: Backend): void {
    if (this.#used.delete(backend)) this.#end(backend.cancel())
  }

  /** Closes one that nobody uses, the oldest first. */
  closeIdle(): boolean {
    const backend = this.#idle.shift()
    if (!backend) return false
    this.#end(backend.close())
    return true
  }

  /** Closes what has been idle for long and cancels what has been used for too long. */
  sweep(now: number): void {
    const { idleMs, queryTimeoutMs } = this.#limits
    while (this.#idle[0] && (now - this.#idle[0].since > idleMs || !this.#idle[0].usable)) {
      this.closeIdle()
    }
    for (const backend of this.#used) if (now - backend.since > queryTimeoutMs) backend.giveUp()
  }

  /** Called when there is room for another connection. */
  onRoom(): void {
    this.#serve()
  }

  /** Nobody waits or gets one any more; those in use are closed when they come back. */
  end(): void {
    this.#ended = true
    for (const waiter of this.#waiting) waiter.reject(overloaded('The gateway is going away.'))
    this.#waiting.clear()
    clearTimeout(this.#expiring)
    while (this.closeIdle());
  }

  #isKept(backend: Backend): boolean {
    if (this.#ended || !backend.usable) return false
    const isOld = performance.now() - backend.createdAt > this.#limits.lifetimeMs
    // With the one that has just come back.
    return !isOld && !this.#hooks.mustYield({ total: this.total + 1, waiting: this.waiting })
  }

  async #wait(signal: AbortSignal): Promise<Backend> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Backend>()
    const waiter = { resolve, reject, until: performance.now() + this.#limits.queueMs }
    // Out of the queue at once: a connection given to one that has left would be lost.
    const onAbort = (): void => {
      this.#waiting.delete(waiter)
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort)
    this.#waiting.add(waiter)
    this.#serve()
    this.#expire()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Sends away those who have waited long enough. All wait equally long, so the first comes first. */
  #expire(): void {
    if (this.#expiring) return
    const now = performance.now()
    for (const waiter of this.#waiting) {
      if (waiter.until > now) {
        this.#expiring = setTimeout(() => {
          this.#expiring = undefined
          this.#expire()
        }, waiter.until - now)
        return
      }
      this.#waiting.delete(waiter)
      // If there is none yet at all, it is not for want of room.
      const isNew = this.#opening > 0 && this.total === this.#opening
      waiter.reject(
        isNew
          ? unreachable('The database did not let us in in time.')
          : overloaded('No connection became free in time.'),
      )
    }
  }

  /** Connections for those who wait, from the idle ones or new ones. */
  #serve(): void {
    for (const waiter of this.#waiting) {
      const idle = this.#takeIdle()
      if (!idle) break
      this.#waiting.delete(waiter)
      waiter.resolve(idle)
    }
    while (
      this.#opening < this.#waiting.size &&
      this.total < this.#limits.poolSize &&
      !this.#ended &&
      this.#hooks.takeRoom()
    ) {
      void this.#open()
    }
  }

  async #open(): Promise<void> {
    this.#opening += 1
    try {
      const backend = await this.#hooks.connect()
      this.#opening -= 1
      this.#proven = true
      this.#used.add(backend)
      this.release(backend)
    } catch (error) {
      this.#opening -= 1
      // Each failure is told to one of those who wait, so that none waits for what cannot be.
      const [first] = this.#waiting
      if (first) this.#waiting.delete(first)
      first?.reject(error)
      this.#hooks.giveRoom()
      this.#serve()
    }
  }

  #takeIdle(): Backend | undefined {
    for (let backend = this.#idle.pop(); backend; backend = this.#idle.pop()) {
      if (backend.usable) {
        backend.since = performance.now()
        this.#used.add(backend)
        return backend
      }
      this.#end(backend.close())
    }
    return undefined
  }

  #end(ended: Promise<void>): void {
    this.#closing += 1
    void ended.finally(() => {
      this.#closing -= 1
      this.#hooks.giveRoom()
      this.#serve()
    })
  }
}
