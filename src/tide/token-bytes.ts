/**
 * A token's fields as bytes: epoch, lsn, xmin, then each transaction id as its distance from the one
 * before it. Distances cannot say "out of order", "twice" or "below xmin", so a token has one spelling.
 */
import { assertEpoch, FIRST_EPOCH, LAST_EPOCH } from './epoch.ts'
import { MAX_UINT64 } from './hex.ts'
import { toLsn } from './lsn.ts'
import { MAX_XIDS, type Token, toToken } from './token.ts'
import { readVarints, varint } from './varint.ts'
import { nextXid, toXid, type Xid } from './xid.ts'

const EPOCH_BYTES = 5
const UINT64_BYTES = 10
export const MAX_FIELD_BYTES: number = EPOCH_BYTES + (2 + MAX_XIDS) * UINT64_BYTES

export function encodeFields(token: Token): number[] {
  const { epoch, lsn, xmin, xids } = toToken(token)
  assertEpoch(epoch)
  const distances = xids.map((xid, index) => {
    const before = xids[index - 1]
    return xid - (before === undefined ? xmin : nextXid(before))
  })
  return [BigInt(epoch), lsn, xmin, ...distances].flatMap(varint)
}

/** `undefined` for bytes that `encodeFields` does not write. */
export function decodeFields(bytes: Uint8Array): Token | undefined {
  const [epoch, lsn, xmin, ...distances] = readVarints(bytes) ?? []
  if (epoch === undefined || lsn === undefined || xmin === undefined) return undefined
  if (epoch < FIRST_EPOCH || epoch > LAST_EPOCH || distances.length > MAX_XIDS) return undefined
  const xids: Xid[] = []
  let lowest = xmin
  for (const distance of distances) {
    const xid = lowest + distance
    if (xid > MAX_UINT64) return undefined
    xids.push(toXid(xid))
    lowest = xid + 1n
  }
  return { epoch: Number(epoch), lsn: toLsn(lsn), xids, xmin: toXid(xmin) }
}
