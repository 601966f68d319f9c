/**
 * A transaction id of the home primary, 64 bits wide (`xid8`), as `pg_current_xact_id()` gives it.
 */
import { TidegateError } from '../errors.ts'
import { assertUint64, fromHex, toHex } from './hex.ts'

declare const xidBrand: unique symbol
export type Xid = bigint & { readonly [xidBrand]: true }

/** The one place where a number becomes a transaction id. */
export function toXid(value: bigint): Xid {
  assertUint64(value)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand has no other source
  return value as Xid
}

/** Below every transaction. */
export const XID_ZERO: Xid = toXid(0n)

export function nextXid(xid: Xid): Xid {
  return toXid(xid + 1n)
}

export function maxXid(a: Xid, b: Xid): Xid {
  return a > b ? a : b
}

const decimal = /^\d{1,20}$/

export function parseXid(text: string): Xid {
  if (!decimal.test(text)) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected a transaction id such as 748.')
  }
  return toXid(BigInt(text))
}

export function encodeXid(xid: Xid): string {
  return toHex(xid)
}

export function decodeXid(hex: string): Xid {
  return toXid(fromHex(hex))
}

const WRAP = 0x1_0000_0000n
const HALF = 0x8000_0000n

/**
 * pgoutput tells only the low 32 bits of a transaction id. `near` is any full id of the same time:
 * Postgres keeps all living ids within 2^31 of each other, so the nearest candidate is the one.
 *
 * @see https://www.postgresql.org/docs/18/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
 */
export function widenXid(low: number, near: Xid): Xid {
  const xid = near - (near % WRAP) + BigInt(low >>> 0)
  if (xid > near + HALF && xid >= WRAP) return toXid(xid - WRAP)
  if (xid + HALF < near) return toXid(xid + WRAP)
  return toXid(xid)
}
