/** Committed transactions on their way into the tide table: their tags, each with its last commit. */
import type { Mark } from '../../src/cache/tide-table/tide-table.ts'
import { LSN_ZERO, type Lsn } from '../../src/tide/lsn.ts'
import type { Tide } from '../../src/tide/tide.ts'

/** Why entries that were good until now must not be trusted any more. For metrics and the log. */
export const floorCauses = [
  /** The tide table has less in it than it had: emptied, failed over, restarted from an old state. */
  'table-lost',
  /** What the table lacks when a slot begins to be read that does not go on where it ends. */
  'slot-gap',
  'failover',
  'schema',
  /** A subscriber's table was copied from home, at no position. */
  'first-copy',
  /** Someone wrote to a subscriber. */
  'foreign-write',
  /** A subscriber's slot does not tell how far home's tide was raised before this process began. */
  'restart',
  /** The table had grown too large. */
  'compaction',
] as const

export type FloorCause = (typeof floorCauses)[number]

export class Batch {
  readonly tags: Map<string, Mark> = new Map()
  readonly floorCauses: Set<FloorCause> = new Set()
  /** Every commit up to here is in this batch or was in one before. */
  horizon: Tide | undefined
  /** The same in the WAL that the slot reads. */
  confirm: Lsn = LSN_ZERO
  transactions = 0
  rows = 0
  /** When its first commit arrived, by the process's clock. */
  arrivedAt = 0

  get isEmpty(): boolean {
    return this.horizon === undefined && this.confirm === LSN_ZERO && this.floorCauses.size === 0
  }

  /** Later commits have greater LSNs; their ids come in any order. */
  touch(tag: string, mark: Mark): void {
    const before = this.tags.get(tag)
    const isLater = before === undefined || before.epoch < mark.epoch || before.xid <= mark.xid
    this.tags.set(tag, isLater ? mark : { ...mark, xid: before.xid })
  }

  note(horizon: Tide | undefined, confirm: Lsn): void {
    if (this.arrivedAt === 0) this.arrivedAt = performance.now()
    if (horizon) this.horizon = horizon
    if (confirm > this.confirm) this.confirm = confirm
  }
}
