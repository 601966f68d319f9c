/**
 * What is asked of a server on the very connection that is to stream, before it does: who it is,
 * which history it follows, and whether publication and slot are fit. The server says too little of
 * these by itself: PostgreSQL 18 streams from a missing publication as if there were no changes.
 */
import type { Client } from 'pg'

import { type History } from '../../src/tide/history.ts'
import { type Lsn, parseLsn } from '../../src/tide/lsn.ts'
import { parseXid, type Xid } from '../../src/tide/xid.ts'
import { ReplicationError } from './replication-error.ts'
import { readTimelineHistory } from './timeline-history.ts'

export interface Server {
  readonly systemId: string
  readonly timeline: number
  readonly history: History
  readonly isStandby: boolean
  /** An id of the same time as those that will be streamed. */
  readonly xidNear: Xid
  /** Up to here the slot has been confirmed: the server will send what committed later. */
  readonly confirmed: Lsn
  /** After so long a silence the server gives a consumer up. `0`: never. */
  readonly senderTimeoutMs: number
  /** On a subscriber, the name under which what comes from home is applied. */
  readonly origins: readonly string[]
}

interface SlotRow {
  readonly plugin: string | null
  readonly here: boolean
  readonly temporary: boolean
  readonly wal_status: string | null
  readonly confirmed: string | null
  readonly conflicting: boolean
}

/** Walsenders take the simple protocol only, so names are written into the statements. */
export async function preflight(
  client: Client,
  slot: string,
  publication: string,
): Promise<Server> {
  const identity = await row<{ systemid: string; timeline: string }>(client, 'IDENTIFY_SYSTEM')
  // An int4 on older servers, an int8 on newer ones.
  const timeline = Number(identity.timeline)
  const history = await readTimelineHistory(client, timeline)
  const state = await row<{ standby: boolean; near: string; timeout: string; origins: string[] }>(
    client,
    `select pg_is_in_recovery() as standby,
       pg_snapshot_xmax(pg_current_snapshot())::text as near,
       (select setting from pg_settings where name = 'wal_sender_timeout') as timeout,
       array(select 'pg_' || s.oid from pg_subscription s join pg_database d on d.oid = s.subdbid
             where d.datname = current_database())::text[] as origins`,
  )
  await checkPublication(client, publication)
  return {
    systemId: identity.systemid,
    timeline,
    history,
    isStandby: state.standby,
    xidNear: parseXid(state.near),
    confirmed: await confirmedOf(client, slot),
    senderTimeoutMs: Number(state.timeout),
    origins: state.origins,
  }
}

async function checkPublication(client: Client, publication: string): Promise<void> {
  const { rows } = await client.query<{ pubviaroot: boolean }>(
    `select pubviaroot from pg_publication where pubname = ${client.escapeLiteral(publication)}`,
  )
  const [found] = rows
  if (!found) throw new ReplicationError('publication-missing')
  if (found.pubviaroot) throw new ReplicationError('publication-unfit')
}

async function confirmedOf(client: Client, slot: string): Promise<Lsn> {
  const { rows } = await client.query<SlotRow>(
    `select plugin, coalesce(database = current_database(), false) as here, temporary, wal_status,
       confirmed_flush_lsn::text as confirmed,
       coalesce((to_jsonb(s) ->> 'conflicting')::boolean, false) as conflicting
     from pg_replication_slots s where slot_name = ${client.escapeLiteral(slot)}`,
  )
  const [found] = rows
  if (!found) throw new ReplicationError('slot-missing')
  if (found.wal_status === 'lost' || found.conflicting) throw new ReplicationError('slot-lost')
  if (found.plugin !== 'pgoutput' || !found.here) throw new ReplicationError('slot-unfit')
  // To be read as 0/0 it would hide the gap before where the slot will begin.
  if (found.confirmed === null) throw new ReplicationError('slot-unfinished')
  return parseLsn(found.confirmed)
}

async function row<Row extends object>(client: Client, text: string): Promise<Row> {
  const { rows } = await client.query<Row>(text)
  const [first] = rows
  if (!first) throw new ReplicationError('unreadable')
  return first
}
