/**
 * Whether a snapshot surely gives what a token asks, by nothing but the snapshot's lower bound. False
 * is also the answer to what this bound cannot tell.
 *
 * The token must be settled and `lo` located: then a bound of a later epoch lies past the fork, and has
 * all that survived of the token's epoch. Unsettled, work may be missing that the session was never
 * told it has lost.
 */
import { LSN_ZERO } from './lsn.ts'
import { type Position, reaches } from './position.ts'
import { isXminBound, type Stamp, type XminBound } from './stamp.ts'
import { asksForXids, type Token } from './token.ts'

export function covers(lo: Stamp['lo'], token: Token): boolean {
  if (lo.epoch > token.epoch) return true
  return isXminBound(lo) ? coversByXmin(lo, token) : coversByLsn(lo, token)
}

function coversByLsn(lo: Position, token: Token): boolean {
  return reaches(lo, token) && !asksForXids(token)
}

/** Strictly below: the transaction `xmin` itself may still be running. */
function coversByXmin(lo: XminBound, token: Token): boolean {
  if (lo.epoch < token.epoch || token.lsn !== LSN_ZERO) return false
  return token.xmin <= lo.xmin && token.xids.every((xid) => xid < lo.xmin)
}
