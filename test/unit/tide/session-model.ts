/** What a token means: the truth about a snapshot, which no single bound tells whole. */
import * as fc from 'fast-check'

import type { Lsn } from '../../../src/tide/lsn.ts'
import type { Stamp } from '../../../src/tide/stamp.ts'
import type { Token } from '../../../src/tide/token.ts'
import { toXid } from '../../../src/tide/xid.ts'
import { nearLsn } from './arbitraries.ts'

/** More ids than the tokens of these tests name. */
const IDS = 44

export interface Snapshot {
  readonly epoch: number
  /** Everything up to here is visible. */
  readonly lsn: Lsn
  /** By transaction id: whether it is decided. A session's own write is committed, so then shown. */
  readonly decided: readonly boolean[]
}

export const anySnapshot: fc.Arbitrary<Snapshot> = fc.record({
  epoch: fc.integer({ min: 1, max: 3 }),
  lsn: nearLsn,
  // A long decided beginning with holes: else hardly any snapshot would give a token anything.
  decided: fc
    .tuple(fc.nat({ max: IDS }), fc.uniqueArray(fc.nat({ max: IDS - 1 }), { maxLength: 3 }))
    .map(([end, holes]) =>
      Array.from({ length: IDS }, (_, xid) => xid < end && !holes.includes(xid)),
    ),
})

/** A snapshot of a later epoch lies past the fork, and has all of the older one that survived. */
export function gives({ epoch, lsn, decided }: Snapshot, token: Token): boolean {
  if (epoch !== token.epoch) return epoch > token.epoch
  const hasXids = token.xids.every((xid) => decided[Number(xid)] === true)
  const hasXmin = decided.slice(0, Number(token.xmin)).every(Boolean)
  return lsn >= token.lsn && hasXids && hasXmin
}

/** The best lower bounds that a replica and the primary could state for the snapshot. */
export function boundsOf({ epoch, lsn, decided }: Snapshot): readonly Stamp['lo'][] {
  const undecided = decided.indexOf(false)
  const xmin = toXid(BigInt(undecided === -1 ? IDS : undecided))
  return [
    { epoch, lsn },
    { epoch, xmin },
  ]
}
