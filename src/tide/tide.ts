/**
 * How far along the primary's history a place is, with the primary's clock there: whoever has the
 * position has every write that was acknowledged before `at`.
 *
 * The order is that of the strings, so that what Redis keeps, the greater string, is the join. After
 * the primary's clock was set back, the later position has the lesser clock: that one is to be believed,
 * so joining part by part would claim too much.
 */
import { TidegateError } from '../errors.ts'
import { fromHex, toHex } from './hex.ts'
import { comparePositions, decodePosition, encodePosition, type Position } from './position.ts'

export interface Tide extends Position {
  /** Milliseconds since 1970 by the primary's clock, whole. */
  readonly at: number
}

/** A tide from a clock with fractions: rounded down, because a tide never claims too much. */
export function toTide({ epoch, lsn }: Position, clockMs: number): Tide {
  const at = Math.floor(clockMs)
  assertClock(at)
  return { epoch, lsn, at }
}

export function compareTides(a: Tide, b: Tide): -1 | 0 | 1 {
  const byPosition = comparePositions(a, b)
  if (byPosition !== 0 || a.at === b.at) return byPosition
  return a.at < b.at ? -1 : 1
}

export function joinTides(a: Tide, b: Tide): Tide {
  return compareTides(a, b) >= 0 ? a : b
}

const POSITION_DIGITS = 24

export function encodeTide(tide: Tide): string {
  assertClock(tide.at)
  return encodePosition(tide) + toHex(BigInt(tide.at))
}

export function decodeTide(hex: string): Tide {
  const position = decodePosition(hex.slice(0, POSITION_DIGITS))
  const at = Number(fromHex(hex.slice(POSITION_DIGITS)))
  assertClock(at)
  return { ...position, at }
}

function assertClock(at: number): void {
  if (!Number.isSafeInteger(at) || at < 0) {
    throw new TidegateError('POSITION_MALFORMED', 'A clock must be whole milliseconds since 1970.')
  }
}
