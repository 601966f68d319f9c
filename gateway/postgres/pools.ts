/**
 * A pool for each credential that comes, found by a hash of the whole header that it came in: nobody is
 * let in on what Postgres has said to somebody else. Bounded in number, and in connections altogether.
 */
import { hash } from 'node:crypto'

import { overloaded } from '../protocol/refusal.ts'
import type { Backend } from './backend.ts'
import { Pool, type PoolLimits } from './pool.ts'

export interface PoolsLimits extends PoolLimits {
  readonly maxPools: number
  readonly maxConnections: number
}

const SWEEP_MS = 1_000

/** A pool with what belongs to its credential. */
export interface Lodging {
  readonly pool: Pool
}

export class Pools<L extends Lodging> {
  readonly #limits: PoolsLimits
  /** Used least recently first. */
  readonly #lodgings = new Map<string, L>()
  readonly #sweeping: NodeJS.Timeout
  #connections = 0
  /** A pool waits for room, and there was no idle connection to close for it. */
  #wanted = false

  constructor(limits: PoolsLimits) {
    this.#limits = limits
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeping.unref()
  }

  /** @param make called if there is no pool for this credential yet; may refuse it. */
  of(credential: string, make: (newPool: (connect: () => Promise<Backend>) => Pool) => L): L {
    const key = hash('sha256', credential, 'base64')
    const known = this.#lodgings.get(key)
    if (known) {
      this.#lodgings.delete(key)
      this.#lodgings.set(key, known)
      return known
    }
    const made = make((connect) => this.#newPool(connect))
    this.#makeRoomForPool()
    this.#lodgings.set(key, made)
    return made
  }

  /** Ends the pool of a credential, if there is one: those who come next have to be let in anew. */
  forget(credential: string): void {
    const key = hash('sha256', credential, 'base64')
    this.#lodgings.get(key)?.pool.end()
    this.#lodgings.delete(key)
  }

  *[Symbol.iterator](): Generator<L> {
    yield* this.#lodgings.values()
  }

  get connections(): number {
    return this.#connections
  }

  /** Resolves once every connection has been closed. Those in use may finish. */
  async end(): Promise<void> {
    clearInterval(this.#sweeping)
    for (const { pool } of this.#lodgings.values()) pool.end()
    this.#lodgings.clear()
    if (this.#connections === 0) return
    await new Promise<void>((resolve) => (this.#onEmpty = resolve))
  }

  #onEmpty: (() => void) | undefined

  #newPool(connect: () => Promise<Backend>): Pool {
    return new Pool(this.#limits, {
      connect,
      takeRoom: () => this.#takeRoom(),
      mustYield: (pool) => this.#mustYield(pool),
      giveRoom: () => this.#giveRoom(),
    })
  }

  #takeRoom(): boolean {
    if (this.#connections >= this.#limits.maxConnections) {
      // Closing takes a moment; who asked is served when it is done.
      const isClosing = [...this.#lodgings.values()].some(({ pool }) => pool.closeIdle())
      this.#wanted = !isClosing
      return false
    }
    this.#connections += 1
    return true
  }

  /** One that nobody waits for here, or that is more than this pool's share. */
  #mustYield({ total, waiting }: { readonly total: number; readonly waiting: number }): boolean {
    if (!this.#wanted) return false
    const active = [...this.#lodgings.values()].filter(
      ({ pool }) => pool.total > 0 || pool.waiting > 0,
    )
    const yields = waiting === 0 || total > Math.max(1, this.#limits.maxConnections / active.length)
    if (yields) this.#wanted = false
    return yields
  }

  #giveRoom(): void {
    this.#connections -= 1
    const waiting = [...this.#lodgings.values()].filter(({ pool }) => pool.waiting > 0)
    // Who has the least comes first, or one that is busy would take back what it gave.
    for (const { pool } of waiting.toSorted((a, b) => a.pool.total - b.pool.total)) pool.onRoom()
    if (this.#connections === 0) this.#onEmpty?.()
  }

  #makeRoomForPool(): void {
    if (this.#lodgings.size < this.#limits.maxPools) return
    const unused = [...this.#lodgings].filter(
      ([, { pool }]) => pool.waiting === 0 && pool.total === pool.idle,
    )
    // Those first whom Postgres has not let in.
    const [key, lodging] = unused.find(([, { pool }]) => !pool.proven) ?? unused[0] ?? []
    if (key !== undefined) {
      lodging?.pool.end()
      this.#lodgings.delete(key)
      return
    }
    throw overloaded('Too many credentials are in use.')
  }

  #sweep(): void {
    const now = performance.now()
    for (const [key, { pool }] of this.#lodgings) {
      pool.sweep(now)
      if (pool.total === 0 && pool.waiting === 0) this.#lodgings.delete(key)
    }
  }
}
