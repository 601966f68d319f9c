/** Where a node stands: what it is now, and how far it has come. */
import { type Lsn, LSN_ZERO, parseLsn } from '../../src/tide/lsn.ts'
import type { Database } from './database.ts'

export interface Standing {
  readonly role: 'primary' | 'standby' | 'subscriber'
  /** As `server_version_num` has it: 180004. */
  readonly version: number
  /** `undefined` where a node cannot tell: a subscriber's own is another sea. */
  readonly timeline: number | undefined
  /** How far its answers reach, in the WAL of home. `undefined`: it cannot tell. */
  readonly lsn: Lsn | undefined
  /** What a standby has received and not applied yet counts here. */
  readonly received: Lsn | undefined
  /** The primary's clock there, in ms. */
  readonly at: number | undefined
  /** The node's own clock when it answered. */
  readonly clock: number
  readonly isPaused: boolean
}

interface PhysicalRow {
  readonly standby: boolean
  readonly version: number
  readonly timeline: string | null
  readonly lsn: string | null
  readonly received: string | null
  readonly at: string | null
  readonly clock: string
  readonly paused: boolean
}

const MS = (clock: string): string => `floor(extract(epoch from ${clock}) * 1000)::bigint::text`

/** One reading of `pg_is_in_recovery()` decides all: a promotion may come at any moment. */
const PHYSICAL = `with node as materialized (select pg_is_in_recovery() as standby)
select standby, current_setting('server_version_num')::int as version,
  case when standby then (select timeline_id from pg_control_checkpoint())::text
    else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int::text
  end as timeline,
  (case when standby then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end)::text as lsn,
  (case when standby then pg_last_wal_receive_lsn() end)::text as received,
  case when standby then ${MS('pg_last_xact_replay_timestamp()')}
    else ${MS('clock_timestamp()')} end as at,
  ${MS('clock_timestamp()')} as clock,
  case when standby then pg_is_wal_replay_paused() else false end as paused
from node`

const TIDE = `select max(lsn)::text as lsn, ${MS('max(at)')} as at from tidegate.tide`

const OWN = `select current_setting('server_version_num')::int as version,
  ${MS('clock_timestamp()')} as clock, to_regclass('tidegate.tide') is not null as "hasTide",
  not exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
    where d.datname = current_database() and s.subenabled) as paused`

export async function standingOf(database: Database): Promise<Standing> {
  if (database.node.role === 'subscriber') return await subscriberStanding(database)
  const row = await database.askOne<PhysicalRow>(PHYSICAL)
  return {
    role: row.standby ? 'standby' : 'primary',
    version: row.version,
    timeline: row.timeline === null ? undefined : Number(row.timeline),
    lsn: lsnOf(row.lsn),
    received: lsnOf(row.received),
    at: numberOf(row.at),
    clock: Number(row.clock),
    isPaused: row.paused,
  }
}

async function subscriberStanding(database: Database): Promise<Standing> {
  const own = await database.askOne<{
    version: number
    clock: string
    hasTide: boolean
    paused: boolean
  }>(OWN)
  const [tide] = own.hasTide
    ? await database.ask<{ lsn: string | null; at: string | null }>(TIDE)
    : []
  const lsn = lsnOf(tide?.lsn ?? null)
  // The row that setup makes says nothing yet: no heartbeat has come.
  const hasBeat = lsn !== undefined && lsn > LSN_ZERO
  return {
    role: 'subscriber',
    version: own.version,
    timeline: undefined,
    lsn: hasBeat ? lsn : undefined,
    received: undefined,
    at: hasBeat ? numberOf(tide?.at ?? null) : undefined,
    clock: Number(own.clock),
    isPaused: own.paused,
  }
}

function lsnOf(text: string | null): Lsn | undefined {
  return text === null ? undefined : parseLsn(text)
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text)
}
