/**
 * One lane: a strategy under one mix of reads and writes, with items that no other lane touches. Its
 * sessions make the same choices as those of every other lane of that mix.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import type { Region } from '../../src/topology/regions.ts'
import { Random } from '../../test/consistency/random.ts'
import type { Operation, ReadOperation } from './operation.ts'
import type { Visitor } from './strategy.ts'
import { Zipf } from './zipf.ts'

/** What a session is about to do next, and how long after the last answer. */
export const THINK_MS = { least: 100, most: 900 }
/** Who has saved something is shown it: the page asks again as soon as the answer is there. */
export const RELOAD_MS = { least: 5, most: 50 }
/** The share of reads that may be somewhat old, and how old. */
export const BOUNDED_SHARE = 0.2
export const WITHIN_MS = 1000

export interface LaneOptions {
  readonly seed: number
  /** The share of operations that write. */
  readonly writes: number
  readonly items: number
  readonly firstItem: number
  /** Of each region. */
  readonly sessions: number
  readonly visitors: ReadonlyMap<Region, () => Visitor>
  readonly signal: AbortSignal
}

export class Lane {
  readonly operations: Operation[] = []
  readonly failures: { readonly begun: number; readonly error: unknown }[] = []
  readonly #options: LaneOptions
  readonly #zipf: Zipf

  constructor(options: LaneOptions) {
    this.#options = options
    this.#zipf = new Zipf(options.items)
  }

  async run(): Promise<void> {
    const { visitors, sessions } = this.#options
    let session = 0
    const running: Promise<void>[] = []
    for (const [region, visit] of visitors) {
      for (let left = sessions; left > 0; left--) {
        running.push(this.#session(session++, region, visit()))
      }
    }
    await Promise.all(running)
  }

  async #session(session: number, region: Region, visitor: Visitor): Promise<void> {
    const { seed, writes, signal } = this.#options
    const random = new Random(seed * 1000 + session)
    // Each write is followed by a read, so it takes fewer of them than their share.
    const writeChance = writes / (1 - writes)
    await think(random, { least: 0, most: THINK_MS.most }, signal)
    while (!signal.aborted) {
      const item = this.#options.firstItem + this.#zipf.draw(random)
      const isWrite = random.chance(writeChance)
      const isBounded = random.chance(BOUNDED_SHARE)
      const who = { region, session, item }
      if (isWrite) {
        await this.#write(who, visitor)
        await think(random, RELOAD_MS, signal)
        if (signal.aborted) return
        await this.#read(who, visitor, undefined)
      } else {
        await this.#read(who, visitor, isBounded ? WITHIN_MS : undefined)
      }
      await think(random, THINK_MS, signal)
    }
  }

  async #write(who: Who, visitor: Visitor): Promise<void> {
    const begun = performance.now()
    try {
      const version = await visitor.write(who.item)
      this.operations.push({ kind: 'write', ...who, begun, ended: performance.now(), version })
    } catch (error) {
      this.failures.push({ begun, error })
    }
  }

  async #read(who: Who, visitor: Visitor, withinMs: number | undefined): Promise<void> {
    const begun = performance.now()
    try {
      const reading = await visitor.read(who.item, withinMs)
      const ended = performance.now()
      this.operations.push({ kind: 'read', ...who, begun, ended, withinMs, reading })
    } catch (error) {
      this.failures.push({ begun, error })
    }
  }
}

type Who = Pick<ReadOperation, 'region' | 'session' | 'item'>

async function think(
  random: Random,
  { least, most }: { readonly least: number; readonly most: number },
  signal: AbortSignal,
): Promise<void> {
  const ms = least + random.next() * (most - least)
  await sleep(ms, undefined, { signal }).catch(() => {})
}
