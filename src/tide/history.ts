/**
 * The cluster's forks: where the WAL of each earlier epoch stops being part of today's history.
 *
 *     epoch 1  ────────┬── lost
 *     epoch 2          └────────────┬── lost
 *     epoch 3                       └──────────▶
 *
 * An LSN alone has no epoch: a standby that follows epoch 3 but has replayed only to before the first
 * fork is in epoch 1 still, and calling it `(3, lsn)` would make it look newer than every write of
 * epochs 1 and 2. `locate` gives an LSN the epoch in which it lies, and so each place one position.
 */
import { TidegateError } from '../errors.ts'
import { assertEpoch } from './epoch.ts'
import type { Lsn } from './lsn.ts'
import { POSITION_ZERO, type Position, reaches } from './position.ts'

export interface EndedEpoch {
  readonly epoch: number
  /** The end of the last record of this epoch that today's history still holds. */
  readonly endedAt: Lsn
}

export interface History {
  /** Ascending by epoch, and so by where they ended. */
  readonly ended: readonly EndedEpoch[]
  readonly current: number
}

/**
 * What becomes of a position under today's history.
 * - `kept`: all that it stands for is part of it.
 * - `lost`: it lies past the end of its epoch. That work is gone with the old primary; `need` is the
 *   same place in today's epoch, so that a node that still shows the lost work (it has replayed past
 *   the fork on the old branch) does not reach it. The switch point would do for what was lost, but
 *   not for what a replica of the new primary showed to someone who had not heard of the fork yet.
 * - `unknown`: of an epoch that this history does not know. Nothing may be claimed to be as fresh.
 */
export type Settled =
  | { readonly outcome: 'kept' | 'lost'; readonly need: Position }
  | { readonly outcome: 'unknown' }

/**
 * The one position of what a node has replayed up to. The node must follow today's history: of one
 * that replayed on past a fork on the old branch, the LSN alone cannot tell.
 */
export function locate(lsn: Lsn, history: History): Position {
  const holder = history.ended.find(({ endedAt }) => lsn <= endedAt)
  return { epoch: holder?.epoch ?? history.current, lsn }
}

export function settle(need: Position, history: History): Settled {
  // Asking nothing is met in every history, also in one that begins after the need's epoch.
  if (need.epoch === history.current || reaches(POSITION_ZERO, need)) {
    return { outcome: 'kept', need }
  }
  const end = endOf(need.epoch, history)
  if (end === undefined) return { outcome: 'unknown' }
  if (need.lsn <= end.endedAt) return { outcome: 'kept', need }
  return { outcome: 'lost', need: { epoch: history.current, lsn: need.lsn } }
}

export function endOf(epoch: number, { ended }: History): EndedEpoch | undefined {
  return ended.find((end) => end.epoch === epoch)
}

/**
 * Where today's history goes on after an ended epoch, in the epoch that does go on there: one that
 * was abandoned whole replaced nothing.
 */
export function switchPoint({ endedAt }: EndedEpoch, { ended, current }: History): Position {
  const next = ended.find((other) => other.endedAt > endedAt)
  return { epoch: next?.epoch ?? current, lsn: endedAt }
}

/**
 * The history after a promotion: `epoch` went on from `forkedAt`. A standby that lags behind an
 * earlier fork may be promoted too; then the epochs after that fork end there with it.
 */
export function forkHistory(history: History, epoch: number, forkedAt: Lsn): History {
  const ends = [...history.ended, { epoch: history.current, endedAt: forkedAt }]
  const ended = ends.map((end) => ({
    epoch: end.epoch,
    endedAt: end.endedAt > forkedAt ? forkedAt : end.endedAt,
  }))
  const next = { ended, current: epoch }
  assertHistory(next)
  return next
}

export function assertHistory({ ended, current }: History): void {
  for (const [index, { epoch, endedAt }] of ended.entries()) {
    assertEpoch(epoch)
    const next = ended[index + 1]
    if (epoch >= (next?.epoch ?? current) || (next !== undefined && endedAt > next.endedAt)) {
      throw new TidegateError('POSITION_MALFORMED', 'The epochs of a history must ascend.')
    }
  }
  assertEpoch(current)
}
