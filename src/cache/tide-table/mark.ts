/** A mark as text, and the join that "raise to at least" makes of two of them. */
import { TidegateError } from '../../errors.ts'
import { maxLsn } from '../../tide/lsn.ts'
import { decodePosition, encodePosition } from '../../tide/position.ts'
import { decodeXid, encodeXid, maxXid } from '../../tide/xid.ts'
import type { Mark } from './tide-table.ts'

const POSITION_DIGITS = 24
const DIGITS = 40

export function encodeMark(mark: Mark): string {
  return encodePosition(mark) + encodeXid(mark.xid)
}

export function decodeMark(hex: string): Mark {
  if (hex.length !== DIGITS) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected a mark of 40 hex digits.')
  }
  const { epoch, lsn } = decodePosition(hex.slice(0, POSITION_DIGITS))
  return { epoch, lsn, xid: decodeXid(hex.slice(POSITION_DIGITS)) }
}

/**
 * Within an epoch part by part: of two commits the later one may have the lesser id. A later epoch
 * replaces both parts, because its positions may be the lesser ones.
 */
export function joinMarks(a: Mark, b: Mark): Mark {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b
  return { epoch: a.epoch, lsn: maxLsn(a.lsn, b.lsn), xid: maxXid(a.xid, b.xid) }
}

/** Whether raising to `mark` has raised, or would not change, what stands at `other`. */
export function includesMark(mark: Mark, other: Mark): boolean {
  if (mark.epoch !== other.epoch) return mark.epoch > other.epoch
  return mark.lsn >= other.lsn && mark.xid >= other.xid
}
