/**
 * A small model of a cluster whose primary fails over: what each branch of its WAL holds, write by
 * write. It knows which writes survived by following the records, never by comparing positions with
 * where an epoch ended, so it can judge the code that does.
 */
import * as fc from 'fast-check'

import { forkHistory, type History } from '../../../src/tide/history.ts'
import { type Lsn, LSN_ZERO, toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'

/** `lsn` is the end of its commit record. */
export interface Write {
  readonly bornAt: Position
}

export interface Branch {
  readonly epoch: number
  /** What a node that follows this branch replays, in order; begins with what it took over. */
  readonly wal: readonly Write[]
  readonly end: Lsn
}

export interface Cluster {
  readonly branches: readonly Branch[]
  readonly today: Branch
  readonly history: History
}

interface Reign {
  /** Bytes from each commit to the next. */
  readonly gaps: readonly number[]
  /** How far the standby that was promoted lagged behind, in bytes. */
  readonly lag: number
  /** Epochs may be skipped, by a promotion that came to nothing. */
  readonly skipped: number
}

const reign: fc.Arbitrary<Reign> = fc.record({
  gaps: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }),
  // Mostly short, so that many forks fall on a record's end; now and then past an earlier fork.
  lag: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 30 })),
  skipped: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 2 })),
})

export const anyCluster: fc.Arbitrary<Cluster> = fc
  .tuple(reign, fc.array(reign, { maxLength: 4 }))
  .map(([first, later]) => build(first, later))

function build(first: Reign, later: readonly Reign[]): Cluster {
  let today = grow({ epoch: 1, wal: [], end: LSN_ZERO }, first.gaps)
  let history: History = { ended: [], current: 1 }
  const branches = [today]
  for (const { gaps, lag, skipped } of later) {
    const epoch = today.epoch + 1 + skipped
    const forkedAt = toLsn(today.end > BigInt(lag) ? today.end - BigInt(lag) : 0n)
    const replayed = today.wal.filter((write) => write.bornAt.lsn <= forkedAt)
    // A new primary writes a record of its own, so its branch is longer than what it took over.
    today = grow({ epoch, wal: replayed, end: toLsn(forkedAt + 1n) }, gaps)
    history = forkHistory(history, epoch, forkedAt)
    branches.push(today)
  }
  return { branches, today, history }
}

function grow({ epoch, wal, end }: Branch, gaps: readonly number[]): Branch {
  let lsn = end
  const grown = [...wal]
  for (const gap of gaps) {
    lsn = toLsn(lsn + BigInt(gap))
    grown.push({ bornAt: { epoch, lsn } })
  }
  return { epoch, wal: grown, end: lsn }
}

/** Every write that was ever acknowledged, by whichever primary. */
export function everyWrite({ branches }: Cluster): readonly Write[] {
  return [...new Set(branches.flatMap((branch) => branch.wal))]
}

/** What a node of a branch shows that has replayed it up to `replayed`. */
export function shownBy(branch: Branch, replayed: Lsn): ReadonlySet<Write> {
  return new Set(branch.wal.filter((write) => write.bornAt.lsn <= replayed))
}

/** Every place at which a node that follows the branch may be. */
export function placesOf(branch: Branch): readonly Lsn[] {
  return Array.from({ length: Number(branch.end) + 1 }, (_, lsn) => toLsn(BigInt(lsn)))
}
