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
import { type Lsn, LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
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
      create schema tidegate;
      create table tidegate.tide (one boolean primary key check (one),
                                  lsn pg_lsn not null, at timestamptz not null)`,
  })
  primary = world.primary
  subscriber = nodeIn(world, 'syd', 'subscriber')
  await primary.query(`insert into tidegate.tide values (true, '0/0', now())`)
  await world.databases.caughtUp()
  await subscriber.query('create publication own for all tables')
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

test('a subscriber is a primary of its own that has replayed nothing', async () => {
  expect(
    await oneRow(subscriber, 'select pg_is_in_recovery(), pg_last_wal_replay_lsn() as replayed'),
  ).toEqual({ pg_is_in_recovery: false, replayed: null })
})

test('its remote_lsn stands still for commits that it has nothing to apply for', async () => {
  await primary.query(`insert into note values ('applied')`)
  await world.databases.caughtUp()
  const before = await lsnOf(subscriber, REMOTE)

  await primary.query(`insert into scratch values ('not published')`)
  await primary.query(`select pg_logical_emit_message(true, 'tidegate', 'beat')`)
  // The subscriber confirms that it is past both.
  await world.databases.caughtUp()

  expect(await lsnOf(subscriber, REMOTE)).toBe(before)
})

test('its remote_lsn and its own WAL include a commit that it does not show yet', async () => {
  await beat()
  await world.databases.caughtUp()
  const before = await tide()
  // By default a subscription does not wait for synchronous standbys.
  await subscriber.query(`alter subscription ${subscriber.subscription}
                          set (synchronous_commit = on)`)
  await using held = await HeldCommits.on(subscriber)
  await using slot = await LogicalSlot.on(subscriber)
  await using home = await LogicalSlot.on(primary)
  await primary.query(`insert into note values ('held')`)
  await beat()
  await held.count(1)

  const [{ endLsn } = { endLsn: LSN_ZERO }] = await home.transactions()
  expect(await lsnOf(subscriber, REMOTE)).toBe(endLsn)
  expect(await slot.transactions({ publication: 'own' })).toMatchObject([
    { origin: { lsn: endLsn }, changes: [{ new: { id: 'held' } }] },
  ])
  expect(await subscriber.query(`select from note where id = 'held'`)).toHaveLength(0)
  expect(await tide()).toBe(before)

  await held.release()
  await subscriber.query(`alter subscription ${subscriber.subscription}
                          set (synchronous_commit = off)`)
  await world.databases.caughtUp()
  expect(await subscriber.query(`select from note where id = 'held'`)).toHaveLength(1)
  expect(await tide()).toBeGreaterThanOrEqual(endLsn)
})

async function tide(): Promise<Lsn> {
  return await lsnOf(subscriber, 'select lsn from tidegate.tide')
}

test('a heartbeat’s position includes all that was acknowledged before it, and nothing after', async () => {
  await using slot = await LogicalSlot.on(primary)
  const late = await primary.connect()
  await late.query(`begin; insert into note values ('begun before')`)
  await primary.query(`insert into note values ('committed before')`)
  await beat()
  await late.query('commit')
  const [before, heartbeat, after] = await slot.transactions()
  await world.databases.caughtUp()

  const lsn = await tide()
  expect(before?.changes).toMatchObject([{ new: { id: 'committed before' } }])
  expect(before?.endLsn).toBeLessThanOrEqual(lsn)
  expect(lsn).toBeLessThanOrEqual(heartbeat?.commitLsn ?? LSN_ZERO)
  expect(after?.changes).toMatchObject([{ new: { id: 'begun before' } }])
  expect(after?.commitLsn).toBeGreaterThan(lsn)
})

test('under load, a snapshot that shows a heartbeat has everything up to its position', async () => {
  await using slot = await LogicalSlot.on(primary)
  const ids = Array.from({ length: 300 }, (_, index) => `load-${index}`)
  async function write(): Promise<void> {
    for (let id = ids.pop(); id; id = ids.pop()) {
      await primary.query('insert into note values ($1)', [id])
      await beat()
    }
  }
  const readings: Reading[] = []
  async function read(): Promise<void> {
    do readings.push(await oneRow<Reading>(reader, READING))
    while ((readings.at(-1)?.ids.length ?? 0) < 300)
  }

  await Promise.all([write(), write(), write(), read()])

  const commits = (await slot.transactions()).flatMap(({ endLsn, changes: [change] }) =>
    change?.kind === 'insert' ? [{ endLsn, id: String(change.new['id']) }] : [],
  )
  expect(commits).toHaveLength(300)
  for (const { lsn, ids: shown } of readings) {
    const lo = parseLsn(lsn)
    const seen = new Set(shown)
    expect(commits.filter(({ endLsn, id }) => endLsn <= lo && !seen.has(id))).toEqual([])
  }
})

interface Reading {
  readonly lsn: string
  readonly ids: readonly string[]
}

const READING = `select lsn, array(select id from note where id like 'load-%') as ids
                 from tidegate.tide`

test('a table that is still being copied is not covered by the heartbeat', async () => {
  await subscriber.query('create table late (id int primary key)')
  await primary.query('create table late (id int primary key)')
  await primary.query('insert into late values (1)')
  const position = await primary.position()
  const blocker = await subscriber.connect()
  await blocker.query('begin; lock table late in share mode')
  await subscriber.query(`alter subscription ${subscriber.subscription} refresh publication`)

  await beat()
  await until('the heartbeat', async () => (await tide()) >= position)
  expect(await subscriber.query('select from late')).toHaveLength(0)
  const state = `select srsubstate = 'r' as ready from pg_subscription_rel
                 where srrelid = 'late'::regclass`
  expect(await oneRow(subscriber, state)).toEqual({ ready: false })

  await blocker.query('commit')
  await until('the copy', async () => (await oneRow(subscriber, state))['ready'] === true)
  expect(await subscriber.query('select from late')).toHaveLength(1)
})

test('in its own WAL an applied transaction has the primary’s commit end and commit time', async () => {
  await using home = await LogicalSlot.on(primary)
  await using there = await LogicalSlot.on(subscriber)
  await primary.query(`insert into note values ('origin 1')`)
  await primary.query(`begin; insert into note values ('origin 2'); delete from note; commit`)
  await world.databases.caughtUp()

  const committed = (await home.transactions()).map(({ endLsn, micros }) => [endLsn, micros])
  const applied = await there.transactions({ publication: 'own' })
  expect(committed).toHaveLength(2)
  expect(applied.map(({ origin, micros }) => [origin?.lsn, micros])).toEqual(committed)
  const { name } = await oneRow<{ name: string }>(
    subscriber,
    `select 'pg_' || oid as name from pg_subscription`,
  )
  expect(applied.map(({ origin }) => origin?.name)).toEqual([name, name])
})

test('the rows of a table’s first copy come from an origin of their own, at no position', async () => {
  await subscriber.query('create table copied (id int primary key)')
  await primary.query('create table copied (id int primary key)')
  await primary.query('insert into copied values (1), (2)')
  await using slot = await LogicalSlot.on(subscriber)
  await subscriber.query(`alter subscription ${subscriber.subscription} refresh publication`)

  const { origin } = await until('the copy', async () => {
    return (await slot.transactions({ publication: 'own' }))[0]
  })
  const { name } = await oneRow<{ name: string }>(
    subscriber,
    `select format('pg_%s_%s', oid, 'copied'::regclass::oid) as name from pg_subscription`,
  )
  expect(origin).toEqual({ name, lsn: LSN_ZERO })
})

test('a transaction without an origin is a write that did not come from home', async () => {
  await using slot = await LogicalSlot.on(subscriber)
  await subscriber.query(`insert into note values ('foreign')`)

  expect(await slot.transaction({ publication: 'own' })).toMatchObject({
    origin: undefined,
    changes: [{ new: { id: 'foreign' } }],
  })
})
