/**
 * What an answer must have shown, by the history of home and not by any position that the product
 * has told. A promise that was broken is counted, and the first one of each kind is kept.
 */
import type { Wal } from '../world/wal.ts'
import type { Freshness, Read } from './edge.ts'

export const promises = [
  'read-your-writes',
  'monotonic-reads',
  'bounded-staleness',
  'strong-reads',
  'losses-told',
] as const
export type Promised = (typeof promises)[number]

/** By row or list, the newest version that a session has written, and that it has seen. */
export interface Memories {
  readonly written: Map<number, number>
  readonly seen: Map<number, number>
}

export interface Answered {
  readonly thing: number
  readonly freshness: Freshness
  readonly read: Read
  readonly begun: number
  /** The session has been told that writes of it went down with an old primary. */
  readonly told: boolean
}

export class Truth {
  readonly violations: Record<Promised, number> = {
    'read-your-writes': 0,
    'monotonic-reads': 0,
    'bounded-staleness': 0,
    'strong-reads': 0,
    'losses-told': 0,
  }
  readonly first = new Map<Promised, string>()
  readonly #wal: Wal

  constructor(wal: Wal) {
    this.#wal = wal
  }

  wrote({ written }: Memories, row: number, version: number): void {
    for (const thing of [row, this.#wal.listOf(row)]) {
      written.set(thing, Math.max(version, written.get(thing) ?? 0))
    }
  }

  read({ written, seen }: Memories, { thing, freshness, read, begun, told }: Answered): void {
    const { version } = read
    const own = this.#surviving(thing, written.get(thing) ?? 0)
    const before = this.#surviving(thing, seen.get(thing) ?? 0)
    const holds = freshness === 'session' || freshness === 'strong'
    if (holds && version < own) this.#broken('read-your-writes', own, read, begun)
    if (freshness === 'session' && version < before) {
      this.#broken('monotonic-reads', before, read, begun)
    }
    if (typeof freshness === 'object') {
      const due = this.#wal.versionShownAt(thing, begun - freshness.within)
      if (version < due) this.#broken('bounded-staleness', due, read, begun)
    }
    if (freshness === 'strong') {
      const due = this.#wal.versionShownAt(thing, begun)
      if (version < due) this.#broken('strong-reads', due, read, begun)
    }
    const wrote = written.get(thing) ?? 0
    const isMissed = version < wrote && this.#wal.surviving(wrote) !== wrote
    if (freshness === 'session' && isMissed && !told) {
      this.#broken('losses-told', wrote, read, begun)
    }
    seen.set(thing, Math.max(version, before))
  }

  /** What went down with an old primary cannot be shown. */
  #surviving(thing: number, version: number): number {
    const survivor = this.#wal.surviving(version)
    return survivor === version ? version : this.#wal.versionAsOf(thing, survivor)
  }

  #broken(promise: Promised, due: number, { version, source, region }: Read, begun: number): void {
    this.violations[promise]++
    if (this.first.has(promise)) return
    const at = (begun / 1000).toFixed(3)
    const where = `${source} in ${region}`
    this.first.set(promise, `at ${at} s ${where} showed version ${version}, not ${due} or later`)
  }
}
