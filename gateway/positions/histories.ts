/**
 * Which history the positions of an answer belong to. The gateway makes no history up: it is told one,
 * by the tide table or by a file that the operator keeps. Where it is told none it claims no epoch, and
 * takes every need of the first epoch to be of the one history that there has been.
 */
import { FIRST_EPOCH } from '../../src/tide/epoch.ts'
import { type History, locate, settle } from '../../src/tide/history.ts'
import type { Lsn } from '../../src/tide/lsn.ts'
import { type Position, reaches } from '../../src/tide/position.ts'

/** Asked for each answer: it must be at hand. */
export type CurrentHistory = () => History | undefined

const FIRST_HISTORY: History = { ended: [], current: FIRST_EPOCH }

/** Whether a place that has replayed up to `lsn` has what is needed. In doubt it has not. */
export function hasReached(lsn: Lsn, need: Position, history: History | undefined): boolean {
  const known = history ?? FIRST_HISTORY
  const settled = settle(need, known)
  return settled.outcome !== 'unknown' && reaches(locate(lsn, known), settled.need)
}

/**
 * The epoch in which all these positions lie. `undefined` if they lie in two: the node passed a fork
 * while it answered, and the answer has to be asked for again.
 */
export function epochOf(lsns: readonly Lsn[], history: History): number | undefined {
  const [first, ...others] = lsns.map((lsn) => locate(lsn, history).epoch)
  return others.every((epoch) => epoch === first) ? first : undefined
}
