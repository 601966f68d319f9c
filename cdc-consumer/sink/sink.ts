/**
 * From commits to the tide table, in one order that is never broken: tags and the horizon that
 * covers them are raised in one call, and only what Redis has applied is confirmed to the slot.
 *
 * One call is under way at a time; what commits meanwhile gathers in the next batch, so that batches
 * grow with the load. When even that one is full the socket is paused, and with it the server.
 */
import type { Raise, TideTable } from '../../src/cache/tide-table/tide-table.ts'
import type { Lsn } from '../../src/tide/lsn.ts'
import { joinPositions, type Position, reaches } from '../../src/tide/position.ts'
import type { Tide } from '../../src/tide/tide.ts'
import { maxXid, type Xid, XID_ZERO } from '../../src/tide/xid.ts'
import { Backoff, within } from '../backoff.ts'
import type { ConsumerEvent } from '../events.ts'
import type { Placement } from '../sources/source.ts'
import type { Commit } from '../tags/transaction-reader.ts'
import { Batch, type FloorCause } from './batch.ts'

/** What goes with a raise besides tags: where readers begin, and after a loss all that was lost. */
export type Recovery = Pick<Raise, 'floor' | 'history' | 'primary' | 'catalog'>

export interface SinkOptions {
  readonly table: TideTable
  /** What the table has certainly had, when this begins. `undefined`: nothing is known of it. */
  readonly witness: Position | undefined
  /** Goes with the first raise. */
  readonly causes: ReadonlySet<FloorCause>
  /** Where a commit lies in the history of home. */
  readonly place: (commit: Commit) => Placement
  /** The same for a keepalive; `undefined` where the slot's WAL is not home's. */
  readonly placeKeepalive: (lsn: Lsn) => Position | undefined
  /** Throws if what was received may be of another history than the one it is given. */
  readonly assertHistory: () => Promise<void>
  /** Finds the floor for these causes, once more for each attempt; without a cause, no floor. */
  readonly recover: (causes: ReadonlySet<FloorCause>) => Promise<Recovery>
  readonly confirm: (lsn: Lsn) => void
  readonly onPressure: (isFull: boolean) => void
  readonly onEvent: (event: ConsumerEvent) => void
  /** Past so many tags that wait the socket is paused. @default 5_000 */
  readonly maxTagsPerRaise?: number | undefined
  /** Past so many in the table those that are older than the horizon go. @default 500_000 */
  readonly maxTags?: number | undefined
  /** @default 5_000 */
  readonly raiseTimeoutMs?: number | undefined
  /** Ends the attempts; what was not raised will be sent again. */
  readonly signal: AbortSignal
}

export class Sink {
  readonly #options: SinkOptions
  readonly #maxTags: number
  readonly #failed = Promise.withResolvers<never>()
  #pending = new Batch()
  #witness: Position | undefined
  #introduced = false
  #isFull = false
  #pumping: Promise<void> | undefined
  #at = 0
  readonly #before: Tide | undefined
  #highestXid: Xid = XID_ZERO

  /** @param horizon the table's, of which the clock holds until a later one is told */
  constructor(options: SinkOptions, horizon: Tide | undefined) {
    this.#options = options
    this.#maxTags = options.maxTagsPerRaise ?? 5_000
    this.#witness = options.witness
    this.#before = horizon
    for (const cause of options.causes) this.#pending.floorCauses.add(cause)
    this.#failed.promise.catch(() => {})
  }

  /** Rejects when no attempt can put right what is wrong. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** The highest horizon that the table has confirmed to have. */
  get witness(): Position | undefined {
    return this.#witness
  }

  commit(commit: Commit): void {
    const batch = this.#pending
    const placement = this.#options.place(commit)
    batch.transactions += 1
    batch.rows += commit.rows
    if (commit.changesSchema) batch.floorCauses.add('schema')
    if (placement.outcome === 'placed') {
      const { mark } = placement
      this.#at = Math.max(0, commit.at)
      this.#highestXid = maxXid(this.#highestXid, mark.xid)
      batch.note({ epoch: mark.epoch, lsn: mark.lsn, at: this.#at }, commit.endLsn)
      commit.takeTags((tag) => batch.touch(tag, mark))
    } else {
      batch.note(undefined, commit.endLsn)
      if (placement.outcome === 'unplaced') {
        batch.floorCauses.add(placement.cause)
        if (placement.cause === 'foreign-write') this.#options.onEvent({ name: 'foreign-write' })
      }
    }
    this.#wake()
  }

  /** Everything that commits up to here has been given to `commit`. */
  keepalive(lsn: Lsn): void {
    if (lsn <= this.#pending.confirm) return
    const position = this.#options.placeKeepalive(lsn)
    this.#pending.note(position && { ...position, at: this.#clockAt(position) }, lsn)
    this.#wake()
  }

  /** Tells the table what it has to know first of all. */
  introduce(): void {
    this.#wake()
  }

  requestFloor(cause: FloorCause): void {
    this.#pending.floorCauses.add(cause)
    this.#wake()
  }

  /** Waits until the table has everything that was given. */
  async drain(): Promise<void> {
    while (this.#pumping) await Promise.race([this.#pumping, this.#failed.promise])
  }

  /** No later clock is known there than at the last commit, or where the table's horizon stood. */
  #clockAt(position: Position): number {
    const before = this.#before
    return before && reaches(position, before) ? Math.max(this.#at, before.at) : this.#at
  }

  #witnessTide(): Tide | undefined {
    return this.#witness && { ...this.#witness, at: this.#clockAt(this.#witness) }
  }

  #wake(): void {
    if (this.#pending.tags.size >= this.#maxTags && !this.#isFull) {
      this.#isFull = true
      this.#options.onPressure(true)
    }
    this.#pumping ??= this.#pump()
  }

  #hasWork(): boolean {
    return !this.#pending.isEmpty || !this.#introduced
  }

  async #pump(): Promise<void> {
    try {
      // What came in the same chunk goes into the same batch.
      await new Promise((resolve) => setImmediate(resolve))
      while (this.#hasWork() && !this.#options.signal.aborted) {
        const batch = this.#pending
        this.#pending = new Batch()
        if (this.#isFull) {
          this.#isFull = false
          this.#options.onPressure(false)
        }
        await this.#raiseUntilDone(batch)
      }
    } catch (error) {
      this.#failed.reject(error)
    } finally {
      this.#pumping = undefined
    }
    if (this.#hasWork() && !this.#options.signal.aborted) this.#wake()
  }

  async #raiseUntilDone(batch: Batch): Promise<void> {
    const { signal, onEvent, assertHistory } = this.#options
    const backoff = new Backoff({ longestMs: 2_000 })
    await assertHistory()
    while (!signal.aborted) {
      try {
        if (await this.#raise(batch)) return
      } catch (error) {
        if (signal.aborted) return
        onEvent({ name: 'raise-failed', error })
        await backoff.pause(signal)
      }
    }
  }

  /** @returns false if the table has lost writes, which the next attempt puts right */
  async #raise(batch: Batch): Promise<boolean> {
    const { table, recover, confirm, onEvent } = this.#options
    const { raiseTimeoutMs = 5_000, maxTags = 500_000 } = this.#options
    const startedAt = performance.now()
    const isSpecial = batch.floorCauses.size > 0 || !this.#introduced
    const recovery = isSpecial ? await recover(batch.floorCauses) : {}
    // With the floor raised above all that may be missing, the table may lack it.
    const maySkip = batch.floorCauses.has('table-lost') || batch.floorCauses.has('slot-gap')
    const witness = maySkip ? undefined : this.#witness
    const { tags } = batch
    // The floor covers what the witness stands for.
    const horizon = batch.horizon ?? (maySkip ? this.#witnessTide() : undefined)
    const raising = table.raise({ tags, horizon, witness, ...recovery })
    const raised = await within(raiseTimeoutMs, 'Raising the tide table', raising)
    if (raised.outcome === 'lost') {
      batch.floorCauses.add('table-lost')
      return false
    }
    this.#introduced = true
    if (horizon) this.#witness = this.#witness ? joinPositions(this.#witness, horizon) : horizon
    confirm(batch.confirm)
    const now = performance.now()
    onEvent({
      name: 'raised',
      tags: tags.size,
      transactions: batch.transactions,
      rows: batch.rows,
      horizon,
      confirmed: batch.confirm,
      floor: recovery.floor,
      floorCauses: [...batch.floorCauses],
      raiseMs: now - startedAt,
      delayMs: batch.arrivedAt === 0 ? 0 : now - batch.arrivedAt,
    })
    if (horizon && raised.tags > maxTags) await this.#compact(horizon, maxTags)
    return true
  }

  /** What the horizon covers and is older than it needs no tag, if no entry is as old. */
  async #compact({ epoch, lsn }: Position, maxTags: number): Promise<void> {
    const { table, onEvent } = this.#options
    try {
      const removed = await table.compact({ epoch, lsn, xid: this.#highestXid }, maxTags)
      if (removed > 0) onEvent({ name: 'compacted', removed })
    } catch (error) {
      // The table stays large until the next batch tries again.
      onEvent({ name: 'raise-failed', error })
    }
  }
}
