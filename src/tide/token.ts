/**
 * A session token: what the session's next answer must not fall behind. It asks, all at once, that
 * the answer's snapshot
 *
 * - has everything up to `lsn` (`LSN_ZERO`: nothing asked),
 * - shows each transaction of `xids`: writes over plain HTTP, whose commit position nobody has told,
 * - and has every transaction below `xmin` decided (`XID_ZERO`: nothing asked).
 *
 * Tokens are a join semilattice with `EMPTY_TOKEN` as unit: tabs, retries and late answers may join
 * what they know in any order, and each join asks at least what its parts ask.
 */
import { FIRST_EPOCH } from './epoch.ts'
import { LSN_ZERO, type Lsn, maxLsn } from './lsn.ts'
import { joinPositions, type Position, reaches } from './position.ts'
import { maxXid, nextXid, type Xid, XID_ZERO } from './xid.ts'

export interface Token {
  readonly epoch: number
  readonly lsn: Lsn
  /** Ascending, none below `xmin`, at most `MAX_XIDS`. */
  readonly xids: readonly Xid[]
  readonly xmin: Xid
}

/** Keeps a token small however many writes a session makes before it reads. */
export const MAX_XIDS = 8

export const EMPTY_TOKEN: Token = Object.freeze({
  epoch: FIRST_EPOCH,
  lsn: LSN_ZERO,
  xids: Object.freeze([]),
  xmin: XID_ZERO,
})

/** The token in its one form, from parts in any order. */
export function toToken(parts: Pick<Token, 'epoch'> & Partial<Token>): Token {
  const { epoch, lsn = LSN_ZERO, xids = [], xmin: asked = XID_ZERO } = parts
  const newestFirst = [...new Set(xids)].toSorted((a, b) => (a < b ? 1 : -1))
  // Of too many writes the oldest fold into xmin: they are the likeliest to be decided everywhere.
  // To fold all of them instead would make the outcome depend on the order of the joins.
  const folded = newestFirst[MAX_XIDS]
  const xmin = folded === undefined ? asked : maxXid(asked, nextXid(folded))
  const kept = newestFirst.filter((xid) => xid >= xmin).toReversed()
  return { epoch, lsn, xids: kept, xmin }
}

/**
 * A newer epoch wins whole: whoever is in it is past the fork, and has all that survived of the older
 * one. What did not survive is told by `settleToken`, which therefore comes first.
 */
export function joinTokens(a: Token, b: Token): Token {
  if (a.epoch !== b.epoch) return toToken(a.epoch > b.epoch ? a : b)
  return toToken({
    epoch: a.epoch,
    lsn: maxLsn(a.lsn, b.lsn),
    xids: [...a.xids, ...b.xids],
    xmin: maxXid(a.xmin, b.xmin),
  })
}

/** Monotonic reads: what an answer may have seen, no later answer may lack. */
export function raiseToken(token: Token, hi: Position): Token {
  return joinTokens(token, toToken(hi))
}

/**
 * The token after an answer that met it: the answer's `hi` stands for the transactions that it showed.
 * An answer of an older epoch has shown nothing of this one.
 */
export function shownToken(token: Token, hi: Position): Token {
  if (hi.epoch < token.epoch) return token
  const { epoch, lsn } = joinPositions(token, hi)
  return toToken({ epoch, lsn })
}

/** Whether the token asks about transactions, which no position alone can answer. */
export function asksForXids(token: Token): boolean {
  return token.xids.length > 0 || token.xmin > XID_ZERO
}

/** True once every region's watermark has passed the token: it asks nothing of anybody any more. */
export function isRetired(token: Token, watermarks: readonly Position[]): boolean {
  if (watermarks.length === 0 || asksForXids(token)) return false
  return watermarks.every((watermark) => reaches(watermark, token))
}
