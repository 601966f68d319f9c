/**
 * Slots are made and dropped by command. A slot that nobody reads keeps the WAL of its server until
 * the disk is full, so none is ever made in passing.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { type Lsn, parseLsn } from '../../src/tide/lsn.ts'
import type { ClusterNode } from '../nodes/cluster-node.ts'
import { toReplicationError } from '../replication/replication-error.ts'

export interface CreateSlotOptions {
  readonly node: ClusterNode
  readonly slot: string
  /** Where `node` is a standby: a slot there waits for news that only the primary can send. */
  readonly primary?: ClusterNode | undefined
  /**
   * Standbys keep a copy, from which reading goes on after a promotion. From PostgreSQL 17, on a
   * primary. @default where it can be
   */
  readonly failover?: boolean | undefined
  /** A slot waits for the transactions that are open. @default 30_000 */
  readonly timeoutMs?: number | undefined
}

const FAILOVER_SLOTS = 170_000
const NEWS_EVERY_MS = 100

export async function createSlot(options: CreateSlotOptions): Promise<Lsn> {
  const { node, slot, primary, timeoutMs = 30_000 } = options
  const { version, standby } = await node.askOne<{ version: number; standby: boolean }>(
    `select current_setting('server_version_num')::int as version,
       pg_is_in_recovery() as standby`,
  )
  const failover = (options.failover ?? true) && version >= FAILOVER_SLOTS && !standby
  const made = Promise.withResolvers<undefined>()
  const creating = node
    .withClient(async (client) => {
      // A statement's own timeout does not end this wait.
      await client.query(`set lock_timeout = ${Math.ceil(timeoutMs)}`)
      const given = failover ? `$1, 'pgoutput', false, false, true` : `$1, 'pgoutput'`
      const creation = {
        text: `select lsn::text as lsn from pg_create_logical_replication_slot(${given})`,
        values: [slot],
        // Of this one statement: the driver's type does not know it.
        query_timeout: timeoutMs,
      }
      const { rows } = await client.query<{ lsn: string }>(creation)
      await client.query('reset lock_timeout')
      return parseLsn(rows[0]?.lsn ?? '')
    })
    .finally(() => made.resolve(undefined))
  // It may fail while the primary is being asked, and is awaited behind that.
  creating.catch(() => {})
  if (standby && primary) {
    const deadline = performance.now() + timeoutMs
    let isMade = false
    while (!isMade && performance.now() < deadline) {
      // One that is away for a moment is asked again: the slot is being made all the same.
      await primary.ask('select pg_log_standby_snapshot()').catch(() => {})
      isMade = await Promise.race([
        made.promise.then(() => true),
        sleep(NEWS_EVERY_MS).then(() => false),
      ])
    }
  }
  try {
    return await creating
  } catch (error) {
    throw toReplicationError(error)
  }
}

/** @returns whether there was one */
export async function dropSlot(node: ClusterNode, slot: string): Promise<boolean> {
  try {
    const dropped = await node.ask(
      `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1`,
      [slot],
    )
    return dropped.length > 0
  } catch (error) {
    throw toReplicationError(error)
  }
}

export interface SlotState {
  readonly status: 'reserved' | 'extended' | 'unreserved' | 'lost' | 'missing'
  readonly isActive: boolean
  /** WAL that its server keeps for it. */
  readonly retainedBytes: number
  /** WAL that may still be written before the server gives it up. `undefined`: it never does. */
  readonly safeBytes: number | undefined
  readonly confirmed: Lsn | undefined
}

interface SlotRow {
  readonly status: SlotState['status'] | null
  readonly active: boolean
  readonly retained: string | null
  readonly safe: string | null
  readonly confirmed: string | null
}

export async function slotState(node: ClusterNode, slot: string): Promise<SlotState> {
  const [row] = await node.ask<SlotRow>(
    `select wal_status as status, active, confirmed_flush_lsn::text as confirmed,
       case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end
         - restart_lsn as retained, safe_wal_size as safe
     from pg_replication_slots where slot_name = $1`,
    [slot],
  )
  if (!row) {
    const nothing = { retainedBytes: 0, safeBytes: undefined, confirmed: undefined }
    return { status: 'missing', isActive: false, ...nothing }
  }
  return {
    status: row.status ?? 'lost',
    isActive: row.active,
    retainedBytes: Math.max(0, Number(row.retained ?? 0)),
    safeBytes: row.safe === null ? undefined : Math.max(0, Number(row.safe)),
    confirmed: row.confirmed === null ? undefined : parseLsn(row.confirmed),
  }
}
