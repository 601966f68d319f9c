/**
 * The tier in front of a store, in this process or isolate: entries together with the horizon through
 * which each was last found good. That statement stays true whatever happens later, so a read whose
 * need lies below it is answered without asking anybody.
 */
import { check } from '../check.ts'
import { type Entry, entryBytes } from './entry.ts'
import type { Validity } from './judge.ts'
import { Lru } from './lru.ts'

export interface MemoryTierOptions {
  /** @default 8 MiB */
  readonly maxBytes?: number | undefined
  /** How old an answer here may become; what bounds it for reads that take any. @default 5000 */
  readonly maxAgeMs?: number | undefined
}

export interface Held {
  readonly entry: Entry
  /** `undefined`: it was put here without being judged, and holds at its own positions. */
  readonly validity: Validity | undefined
}

/** What is judged anew beside a lookup: more would make each of them longer. */
const MOST_RECENT = 32
const MOST_TAGS = 64

export class MemoryTier {
  readonly #held: Lru<Held>
  readonly #maxAgeMs: number
  /** Keys, the one that was asked for last at the end. */
  readonly #recent = new Set<string>()
  #epoch = 0

  constructor({ maxBytes = 8 * 1024 * 1024, maxAgeMs = 5000 }: MemoryTierOptions = {}) {
    check(maxBytes > 0, 'memory.maxBytes', 'a number above 0')
    check(maxAgeMs > 0, 'memory.maxAgeMs', 'a number above 0')
    this.#held = new Lru(maxBytes)
    this.#maxAgeMs = maxAgeMs
  }

  get(key: string, now: number): Held | undefined {
    this.#touch(key)
    return this.#held.get(key, now)
  }

  /** What was asked for lately, but for `except`. */
  recent(except: string, now: number): ReadonlyMap<string, Held> {
    const recent = new Map<string, Held>()
    let tags = 0
    for (const key of [...this.#recent].toReversed()) {
      const held = key === except ? undefined : this.#held.get(key, now)
      if (!held || tags + held.entry.tags.length > MOST_TAGS) continue
      recent.set(key, held)
      tags += held.entry.tags.length
    }
    return recent
  }

  put(key: string, held: Held, now: number, ttlMs: number = this.#maxAgeMs): void {
    const age = Math.min(ttlMs, this.#maxAgeMs)
    this.#held.set(key, held, entryBytes(held.entry) + 2 * key.length, now + age)
  }

  drop(key: string): void {
    this.#held.delete(key)
    this.#recent.delete(key)
  }

  /** A new history: what was good in the one before may be work that is lost. */
  notice(epoch: number): void {
    if (epoch <= this.#epoch) return
    if (this.#epoch > 0) this.#held.clear()
    this.#epoch = epoch
  }

  #touch(key: string): void {
    this.#recent.delete(key)
    this.#recent.add(key)
    if (this.#recent.size <= MOST_RECENT) return
    const [oldest = key] = this.#recent
    this.#recent.delete(oldest)
  }
}
