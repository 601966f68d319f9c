/** Whether an entry surely gives what a read needs, and what a session has seen with it. */
import { covers } from '../tide/covers.ts'
import { LSN_ZERO } from '../tide/lsn.ts'
import { joinPositions, type Position, reaches } from '../tide/position.ts'
import { isXminBound, type Stamp } from '../tide/stamp.ts'
import type { Tide } from '../tide/tide.ts'
import { joinTokens, type Token } from '../tide/token.ts'
import { XID_ZERO } from '../tide/xid.ts'
import type { EntryStamp } from './entry.ts'
import type { Validity } from './judge.ts'

/** What the gate calls a need; a token must have been settled against the history. */
export type EntryNeed =
  | { readonly kind: 'any' }
  | { readonly kind: 'strong' }
  | { readonly kind: 'within'; readonly since: number; readonly epoch?: number | undefined }
  | { readonly kind: 'token'; readonly token: Token }

/** @param through up to where the entry was found good; `undefined` if that is not known. */
export function meetsNeed(entry: EntryStamp, through: Tide | undefined, need: EntryNeed): boolean {
  switch (need.kind) {
    case 'any':
      return true
    case 'strong':
      return false
    case 'within': {
      const { epoch = 0, since } = need
      const shown = entry.lo.epoch >= epoch ? entry.at : undefined
      const known = through && through.epoch >= epoch ? through.at : undefined
      return Math.max(shown ?? 0, known ?? 0) >= since
    }
    case 'token':
      return meetsToken(entry.lo, through, need.token)
  }
}

/** Whether every answer that meets `met` meets `wanted` as well. */
export function impliesNeed(met: EntryNeed, wanted: EntryNeed): boolean {
  if (wanted.kind === 'any') return true
  if (met.kind === 'within' && wanted.kind === 'within') {
    return met.since >= wanted.since && (met.epoch ?? 0) >= (wanted.epoch ?? 0)
  }
  if (met.kind !== 'token' || wanted.kind !== 'token') return false
  return equalTokens(joinTokens(met.token, wanted.token), met.token)
}

function equalTokens(a: Token, b: Token): boolean {
  return (
    a.epoch === b.epoch &&
    a.lsn === b.lsn &&
    a.xmin === b.xmin &&
    a.xids.length === b.xids.length &&
    a.xids.every((xid, index) => xid === b.xids[index])
  )
}

/**
 * The entry has what its snapshot has, and whatever touched it up to `through`. Together these may
 * give what neither gives alone: the position by the one, the transactions by the other.
 */
function meetsToken(lo: Stamp['lo'], through: Tide | undefined, token: Token): boolean {
  if (covers(lo, token)) return true
  const tide = entryTide(lo, through)
  if (tide !== undefined && tide.epoch > token.epoch) return true
  // One of an earlier epoch has to reach the token's, also if nothing of it is asked.
  const asksForLsn = token.lsn !== LSN_ZERO || lo.epoch < token.epoch
  if (asksForLsn && (tide === undefined || !reaches(tide, token))) return false
  const asksForXids = token.xids.length > 0 || token.xmin !== XID_ZERO
  return !asksForXids || covers(lo, { ...token, lsn: LSN_ZERO })
}

/** Up to which position it is certain that the entry has all it should have. */
export function entryTide(lo: Stamp['lo'], through: Tide | undefined): Position | undefined {
  if (isXminBound(lo)) return through
  return through === undefined ? lo : joinPositions(lo, through)
}

/**
 * What a session must not fall behind once it has seen the entry. Where it is known past `hi`, its rows
 * are those that the last change has left, and so the session has seen no more than that.
 */
export function seenWith({ lo, hi }: EntryStamp, validity: Validity | undefined): Position {
  if (validity === undefined || !reaches(validity.through, hi)) return hi
  if (validity.since !== undefined) return validity.since
  return isXminBound(lo) ? hi : { epoch: lo.epoch, lsn: lo.lsn }
}
