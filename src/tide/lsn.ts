/**
 * A position in the home primary's write-ahead log. `bigint` inside, `16/B374D848` for people and
 * Postgres, sixteen hex digits wherever strings are compared.
 */
import { TidegateError } from '../errors.ts'
import { assertUint64, fromHex, toHex } from './hex.ts'

declare const lsnBrand: unique symbol
export type Lsn = bigint & { readonly [lsnBrand]: true }

/** The one place where a number becomes a position. */
export function toLsn(value: bigint): Lsn {
  assertUint64(value)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand has no other source
  return value as Lsn
}

/** Below every position. */
export const LSN_ZERO: Lsn = toLsn(0n)

const textForm = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i

/** Reads Postgres' `pg_lsn` form. */
export function parseLsn(text: string): Lsn {
  if (!textForm.test(text)) {
    throw new TidegateError('POSITION_MALFORMED', 'Expected a WAL position such as 16/B374D848.')
  }
  const slash = text.indexOf('/')
  const high = Number.parseInt(text, 16)
  const low = Number.parseInt(text.slice(slash + 1), 16)
  // Below 2^53 one number is enough, and cheaper.
  return toLsn(
    high < 0x20_0000 ? BigInt(high * 0x1_0000_0000 + low) : (BigInt(high) << 32n) | BigInt(low),
  )
}

/** Writes Postgres' `pg_lsn` form. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase()
}

export function encodeLsn(lsn: Lsn): string {
  return toHex(lsn)
}

export function decodeLsn(hex: string): Lsn {
  return toLsn(fromHex(hex))
}

export function maxLsn(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b
}

const PAGE_BYTES = 8192n
const SHORT_PAGE_HEADER_BYTES = 24n
const LONG_PAGE_HEADER_BYTES = 40n

/**
 * `pg_current_wal_insert_lsn()` on a page boundary answers with the place just past the page's
 * header, where the next record will start; whatever has been written ended before the header, and
 * an idle replica can never get beyond that. Rounds such a position down to the page's start.
 *
 * A segment's first page has a longer header. Forty bytes into any other page a record may truly
 * end, so that case needs the server's `wal_segment_size`; without it the position is left as it is.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/access/xlog_internal.h
 */
export function normaliseInsertLsn(lsn: Lsn, walSegmentBytes?: number): Lsn {
  if (lsn % PAGE_BYTES === SHORT_PAGE_HEADER_BYTES) return toLsn(lsn - SHORT_PAGE_HEADER_BYTES)
  if (walSegmentBytes !== undefined && lsn % BigInt(walSegmentBytes) === LONG_PAGE_HEADER_BYTES) {
    return toLsn(lsn - LONG_PAGE_HEADER_BYTES)
  }
  return lsn
}
