/**
 * Where in the history an answer's snapshot lies: `lo` proves freshness, `hi` is what a session must
 * not fall behind afterwards.
 *
 * On a replica what has been replayed is visible, so a position read before the query bounds the
 * snapshot from below. On the primary it does not: a commit is in the WAL before it is visible there.
 * What holds there is the snapshot's `xmin`: every transaction below it is decided. The two kinds are
 * not comparable, so nothing here takes a mixture of them.
 */
import { joinPositions, type Position, reaches } from './position.ts'
import type { Xid } from './xid.ts'

/** Every transaction of this epoch with an id below `xmin` is decided in the snapshot. */
export interface XminBound {
  readonly epoch: number
  readonly xmin: Xid
}

export interface ReplicaStamp {
  readonly lo: Position
  readonly hi: Position
}

export interface PrimaryStamp {
  readonly lo: XminBound
  readonly hi: Position
}

export type Stamp = ReplicaStamp | PrimaryStamp

export function isXminBound(lo: Stamp['lo']): lo is XminBound {
  return 'xmin' in lo
}

/** The stamp of two answers taken as one: as old as the older, as new as the newer. */
export function spanReplicaStamps(a: ReplicaStamp, b: ReplicaStamp): ReplicaStamp {
  return { lo: reaches(a.lo, b.lo) ? b.lo : a.lo, hi: joinPositions(a.hi, b.hi) }
}

/** The same for answers of the primary. */
export function spanPrimaryStamps(a: PrimaryStamp, b: PrimaryStamp): PrimaryStamp {
  const aIsOlder = a.lo.epoch === b.lo.epoch ? a.lo.xmin < b.lo.xmin : a.lo.epoch < b.lo.epoch
  return { lo: aIsOlder ? a.lo : b.lo, hi: joinPositions(a.hi, b.hi) }
}
