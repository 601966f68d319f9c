/** A consumer that works when a test tells it to: so that a test says what comes before what. */
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import type { Mark, TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import { LSN_ZERO } from '../../../src/tide/lsn.ts'
import { type Xid, toXid, widenXid } from '../../../src/tide/xid.ts'
import { LogicalSlot } from '../logical-slot.ts'
import { lsnOf } from '../lsn-query.ts'
import { oneRow } from '../one-row.ts'

export class HandConsumer implements AsyncDisposable {
  readonly #slot: LogicalSlot
  readonly #table: TideTable
  readonly #near: Xid

  private constructor(slot: LogicalSlot, table: TideTable, near: Xid) {
    this.#slot = slot
    this.#table = table
    this.#near = near
  }

  /** Whatever was read before now is void: its tags were never raised. */
  static async on(primary: PostgresNode, table: TideTable): Promise<HandConsumer> {
    const slot = await LogicalSlot.on(primary)
    const { next } = await oneRow<{ next: string }>(
      primary,
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    )
    const position = { epoch: 1, lsn: await lsnOf(primary, 'pg_current_wal_flush_lsn()') }
    const near = toXid(BigInt(next) - 1n)
    await table.raise({ floor: { ...position, xid: near }, horizon: { ...position, at: 0 } })
    return new HandConsumer(slot, table, near)
  }

  /** Decodes all there is and raises its tags, with the horizon in the same call. */
  async catchUp(): Promise<void> {
    const tags = new Map<string, Mark>()
    let last = LSN_ZERO
    for (const { xid, endLsn, changes } of await this.#slot.transactions()) {
      last = endLsn
      for (const change of changes) {
        if (!('table' in change)) continue
        tags.set(`public.${change.table}`, {
          epoch: 1,
          lsn: endLsn,
          xid: widenXid(xid, this.#near),
        })
      }
    }
    await this.#table.raise({ tags, horizon: { epoch: 1, lsn: last, at: 0 } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#slot[Symbol.asyncDispose]()
  }
}
