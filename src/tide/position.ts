/**
 * A place in the cluster's history: the epoch first, then the position in that epoch's WAL.
 *
 * This order is right only if `epoch` is the history in which `lsn` lies, which for what a node has
 * replayed only the history can tell: see `locate`. Never pair a replayed LSN with the newest epoch.
 */
import { TidegateError } from '../errors.ts'
import { decodeEpoch, encodeEpoch, FIRST_EPOCH } from './epoch.ts'
import { decodeLsn, encodeLsn, LSN_ZERO, type Lsn } from './lsn.ts'

export interface Position {
  readonly epoch: number
  readonly lsn: Lsn
}

/** Below every position: needing it is needing nothing. */
export const POSITION_ZERO: Position = Object.freeze({ epoch: FIRST_EPOCH, lsn: LSN_ZERO })

/** The one comparison of the whole design: is what a place has enough for what a read needs? */
export function reaches(have: Position, need: Position): boolean {
  return have.epoch === need.epoch ? have.lsn >= need.lsn : have.epoch > need.epoch
}

export function comparePositions(a: Position, b: Position): -1 | 0 | 1 {
  if (!reaches(a, b)) return -1
  return reaches(b, a) ? 0 : 1
}

export function joinPositions(a: Position, b: Position): Position {
  return reaches(a, b) ? a : b
}

const EPOCH_DIGITS = 8
const DIGITS = 24

/** Fixed width, so that the strings are ordered as the positions are. */
export function encodePosition({ epoch, lsn }: Position): string {
  return encodeEpoch(epoch) + encodeLsn(lsn)
}

export function decodePosition(hex: string): Position {
  if (hex.length !== DIGITS) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected a position of 24 hex digits.')
  }
  return { epoch: decodeEpoch(hex.slice(0, EPOCH_DIGITS)), lsn: decodeLsn(hex.slice(EPOCH_DIGITS)) }
}
