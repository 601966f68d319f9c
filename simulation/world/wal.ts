/**
 * The history of home: every commit in the order of the WAL, what it touched, and when it was shown.
 * Commits are numbered as they come, also across promotions; this is the truth that answers are
 * judged by.
 */
import { forkHistory, type History } from '../../src/tide/history.ts'
import { toLsn } from '../../src/tide/lsn.ts'
import { comparePositions, type Position } from '../../src/tide/position.ts'
import { toXid, type Xid } from '../../src/tide/xid.ts'

/** Which rows and lists there are: the numbers of rows first, then those of lists. */
export interface Commit {
  readonly position: Position
  readonly xid: Xid
  /** `undefined`: a heartbeat. */
  readonly row: number | undefined
  readonly bytes: number
  readonly at: number
  /** By the primary's clock, taken before: all that was acknowledged before has a lesser position. */
  readonly clock: number
  /** When the primary shows it, which is after it is in the WAL. */
  readonly shownAt: number
}

/** Commits that went down with a primary: numbers after `from`, up to `to`. */
export interface Lost {
  readonly from: number
  readonly to: number
}

const FIRST_LSN = 0x300_0000n
const FIRST_XID = 1000n

export class Wal {
  readonly #commits: Commit[]
  /** By row or list, the numbers of the commits that touched it, ascending. */
  readonly #versions = new Map<number, number[]>()
  readonly #lost: Lost[] = []
  readonly #rows: number
  readonly #lists: number
  #nextXid = FIRST_XID
  readonly #open = new Set<Xid>()
  #history: History = { ended: [], current: 1 }

  constructor(rows: number, lists: number) {
    this.#rows = rows
    this.#lists = lists
    const position = { epoch: 1, lsn: toLsn(FIRST_LSN) }
    const beginning = { row: undefined, bytes: 0, at: 0, clock: 0, shownAt: 0 }
    this.#commits = [{ position, xid: toXid(0n), ...beginning }]
  }

  get end(): number {
    return this.#commits.length - 1
  }

  get history(): History {
    return this.#history
  }

  get lost(): readonly Lost[] {
    return this.#lost
  }

  commit(number: number): Commit {
    const commit = this.#commits[number]
    if (!commit) throw new Error(`There is no commit ${number}`)
    return commit
  }

  /** The list in which a row is shown. */
  listOf(row: number): number {
    return this.#rows + (row % this.#lists)
  }

  begin(): Xid {
    const xid = toXid(this.#nextXid++)
    this.#open.add(xid)
    return xid
  }

  /** The primary shows it now, or it will never. */
  decided(xid: Xid): void {
    this.#open.delete(xid)
  }

  /** Every transaction below it is decided. Ids are given in order, and a set keeps it. */
  get xmin(): Xid {
    for (const oldest of this.#open) return oldest
    return toXid(this.#nextXid)
  }

  get highestXid(): Xid {
    return toXid(this.#nextXid - 1n)
  }

  append(xid: Xid, row: number | undefined, bytes: number, clock: number, at: number, lag: number) {
    const before = this.commit(this.end)
    const { current: epoch, ended } = this.#history
    const fork = before.position.epoch === epoch ? undefined : ended.at(-1)?.endedAt
    const lsn = toLsn((fork ?? before.position.lsn) + BigInt(bytes))
    // Who writes a row waits until the one who wrote it before is done.
    const last = row === undefined ? undefined : this.#versions.get(row)?.at(-1)
    const shownAt = Math.max(at + lag, last === undefined ? 0 : this.commit(last).shownAt)
    this.#commits.push({ position: { epoch, lsn }, xid, row, bytes, at, clock, shownAt })
    if (row !== undefined) {
      this.#note(row)
      this.#note(this.listOf(row))
    }
    return this.end
  }

  #note(thing: number): void {
    const versions = this.#versions.get(thing)
    if (versions) versions.push(this.end)
    else this.#versions.set(thing, [this.end])
  }

  /** The commit that made what a snapshot up to `number` shows; 0 if none did. */
  versionAsOf(thing: number, number: number): number {
    const versions = this.#versions.get(thing) ?? []
    return versions[countUpTo(versions, number) - 1] ?? 0
  }

  /** The same for a snapshot of the primary, which shows what is shown by a moment. */
  versionShownAt(thing: number, moment: number): number {
    const versions = this.#versions.get(thing) ?? []
    for (let index = versions.length - 1; index >= 0; index--) {
      const version = versions[index] ?? 0
      if (this.commit(version).shownAt <= moment) return version
    }
    return 0
  }

  /** The first commit after a version that changed the same thing. */
  successor(thing: number, version: number): Commit | undefined {
    const versions = this.#versions.get(thing) ?? []
    const next = versions[countUpTo(versions, version)]
    return next === undefined ? undefined : this.commit(next)
  }

  /** The first commit of today's history after this one. */
  after(number: number): Commit | undefined {
    let next = number + 1
    for (const { from, to } of this.#lost) if (next > from && next <= to) next = to + 1
    return this.#commits[next]
  }

  /** The last commit of today's history up to this one. */
  surviving(number: number): number {
    let survivor = number
    for (const { from, to } of this.#lost.toReversed()) {
      if (survivor > from && survivor <= to) survivor = from
    }
    return survivor
  }

  /** The last commit at or before a position. */
  numberOf(position: Position): number {
    let [low, high] = [0, this.end]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const { position: there } = this.commit(middle)
      if (comparePositions(there, position) <= 0) low = middle
      else high = middle - 1
    }
    return this.surviving(low)
  }

  /** A replica that has come to `number` goes on as primary: all after it is lost. */
  fork(number: number): void {
    const { position } = this.commit(number)
    this.#history = forkHistory(this.#history, this.#history.current + 1, position.lsn)
    const to = this.end
    this.#open.clear()
    if (to === number) return
    this.#lost.push({ from: number, to })
    for (let lost = number + 1; lost <= to; lost++) {
      const { row } = this.commit(lost)
      if (row === undefined) continue
      for (const thing of [row, this.listOf(row)]) {
        const versions = this.#versions.get(thing) ?? []
        versions.length = countUpTo(versions, number)
      }
    }
  }
}

/** How many of them are not above a number. */
function countUpTo(ascending: readonly number[], number: number): number {
  // Most often it is the last few that are asked for.
  let count = ascending.length
  for (let step = 0; step < 8 && count > 0; step++, count--) {
    if ((ascending[count - 1] ?? 0) <= number) return count
  }
  let low = 0
  while (low < count) {
    const middle = (low + count) >> 1
    if ((ascending[middle] ?? 0) <= number) low = middle + 1
    else count = middle
  }
  return low
}
