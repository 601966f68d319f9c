/**
 * Facts 9 to 11: how far a subscriber has come, how its own WAL tells that, and what keeps it clean.
 *
 * @see https://www.postgresql.org/docs/18/logical-replication.html
 * @see https://www.postgresql.org/docs/18/replication-origins.html
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type Lsn, parseLsn } from '../../../src/tide/lsn.ts'
import { HeldCommits } from '../../support/held-commits.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

let world: World
let primary: PostgresNode
let subscriber: PostgresNode
let reader: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { syd: { nodes: ['subscriber'] } },
    distanceScale: 0,
    schema: `
      create table note (id text primary key);
      create unlogged table scratch (id text primary key);
      create sequence counter;
      create schema tidegate;
      create table tidegate.tide (only boolean primary key default true check (only),
                                  lsn pg_lsn not null, at timestamptz not null)`,
  })
  primary = world.primary
  subscriber = nodeIn(world, 'syd', 'subscriber')
  await primary.query(`insert into tidegate.tide values (true, '0/0', now())`)
  await world.databases.caughtUp()
  reader = await subscriber.connect()
})

afterAll(async () => await world?.stop())

/** The heartbeat of fact 9. */
async function beat(): Promise<void> {
  await primary.query(
    'update tidegate.tide set lsn = pg_current_wal_insert_lsn(), at = clock_timestamp()',
  )
}

const REMOTE = 'select remote_lsn from pg_replication_origin_status'
const NOTES = 'select id from note order by id'

test('a subscriber is a primary of its own that has replayed nothing', async () => {
  expect(
    await oneRow(subscriber, 'select pg_is_in_recovery(), pg_last_wal_replay_lsn() as replayed'),
  ).toEqual({ pg_is_in_recovery: false, replayed: null })
})

test('its remote_lsn does not move for commits that it has nothing to apply for', async () => {
  await primary.query(`insert into note values ('applied')`)
  await world.databases.caughtUp()
  const before = await lsnOf(subscriber, `(${REMOTE})`)

  await primary.query(`insert into scratch values ('not published')`)
  await primary.query(`select pg_logical_emit_message(true, 'tidegate', 'beat')`)
  // Waits for the subscriber to confirm that it is past both.
  await world.databases.caughtUp()

  expect(await lsnOf(subscriber, `(${REMOTE})`)).toBe(before)
})
