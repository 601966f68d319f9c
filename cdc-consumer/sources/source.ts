/**
 * Where a consumer reads the WAL, and what that says of a commit's place in the history of home.
 *
 * - `home`: the primary's own WAL.
 * - `standby`: the same WAL, where the region's standby has replayed it.
 * - `subscriber`: another WAL. What came from home carries its commit's end there; ids of home are
 *   not told. So its marks have the highest id of all: an entry that a primary's `xmin` stamps is
 *   good only if every mark's id is below, so in such a region none is, and only replicas' answers
 *   are cached. To be safe it could not be otherwise: any lower id might be one that is still open.
 */
import type { Mark } from '../../src/cache/tide-table/tide-table.ts'
import { type History, locate } from '../../src/tide/history.ts'
import { type Lsn, LSN_ZERO } from '../../src/tide/lsn.ts'
import type { Position } from '../../src/tide/position.ts'
import { toXid, widenXid, type Xid } from '../../src/tide/xid.ts'
import type { Server } from '../replication/preflight.ts'
import type { FloorCause } from '../sink/batch.ts'
import type { Commit } from '../tags/transaction-reader.ts'

export type SourceKind = 'home' | 'standby' | 'subscriber'

/** Above every transaction of home. */
export const XID_UNKNOWN: Xid = toXid(0xffff_ffff_ffff_ffffn)

export type Placement =
  | { readonly outcome: 'placed'; readonly mark: Mark }
  /** It has no place in the history of home, so all that is older must go. */
  | { readonly outcome: 'unplaced'; readonly cause: FloorCause }
  /** It is of no concern to readers. */
  | { readonly outcome: 'nothing' }

export interface Placer {
  place(commit: Commit): Placement
  placeKeepalive(lsn: Lsn): Position | undefined
}

export function placerFor(kind: SourceKind, server: Server, history: History): Placer {
  return kind === 'subscriber'
    ? new AppliedPlacer(server.origins, history)
    : new OwnPlacer(server.xidNear, history)
}

class OwnPlacer implements Placer {
  readonly #history: History
  #near: Xid

  constructor(near: Xid, history: History) {
    this.#near = near
    this.#history = history
  }

  place({ endLsn, xid }: Commit): Placement {
    this.#near = widenXid(xid, this.#near)
    return { outcome: 'placed', mark: { ...locate(endLsn, this.#history), xid: this.#near } }
  }

  placeKeepalive(lsn: Lsn): Position {
    return locate(lsn, this.#history)
  }
}

class AppliedPlacer implements Placer {
  readonly #origins: ReadonlySet<string>
  readonly #history: History

  constructor(origins: readonly string[], history: History) {
    this.#origins = new Set(origins)
    this.#history = history
  }

  place({ origin, isOwn }: Commit): Placement {
    if (!origin)
      return isOwn ? { outcome: 'nothing' } : { outcome: 'unplaced', cause: 'foreign-write' }
    // A first copy, and what is applied to the copied table until it has caught up with the others,
    // come by origins of their own, not in the order of home's commits.
    if (origin.lsn === LSN_ZERO || !this.#origins.has(origin.name)) {
      return { outcome: 'unplaced', cause: 'first-copy' }
    }
    return {
      outcome: 'placed',
      mark: { ...locate(origin.lsn, this.#history), xid: XID_UNKNOWN },
    }
  }

  /** Its positions are of another sea. */
  placeKeepalive(): undefined {
    return undefined
  }
}
