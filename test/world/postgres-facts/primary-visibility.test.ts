/**
 * Fact 3: on the primary a commit is in the WAL before it is visible. The gap is always there; here
 * it is held open by a synchronous standby that never answers.
 *
 * @see https://www.postgresql.org/docs/18/warm-standby.html#SYNCHRONOUS-REPLICATION
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { HeldCommits } from '../../support/held-commits.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key)',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  // Its transactions would be seen in the snapshots.
  await primary.set({ autovacuum: 'off' })
})

afterAll(async () => await world?.stop())

beforeEach(async () => {
  await primary.query('truncate note')
})

const notes = 'select id from note order by id'

test('a commit is replicated and decoded while the primary does not show it', async () => {
  await using held = await HeldCommits.on(primary)
  await using slot = await LogicalSlot.on(primary)
  const acknowledged = primary.query(`insert into note values ('held')`)
  await held.count(1)
  const { endLsn } = await slot.transaction()

  await standby.reached(endLsn)
  expect(await standby.query(notes)).toEqual([{ id: 'held' }])
  expect(await lsnOf(primary, 'pg_current_wal_lsn()')).toBeGreaterThanOrEqual(endLsn)
  expect(await lsnOf(primary, 'pg_current_wal_flush_lsn()')).toBeGreaterThanOrEqual(endLsn)
  expect(await primary.query(notes)).toEqual([])

  await held.release()
  await acknowledged
  expect(await primary.query(notes)).toEqual([{ id: 'held' }])
})

test('commits become visible on the primary in another order than they have in the WAL', async () => {
  await using held = await HeldCommits.on(primary)
  await using slot = await LogicalSlot.on(primary)
  const acknowledged = primary.query(`insert into note values ('first')`)
  await held.count(1)
  const hasty = await primary.connect()
  await hasty.query('set synchronous_commit = local')
  await hasty.query(`insert into note values ('second')`)

  expect(await primary.query(notes)).toEqual([{ id: 'second' }])
  const delivered = (await slot.transactions()).flatMap(({ changes }) => changes)
  expect(delivered).toMatchObject([{ new: { id: 'first' } }, { new: { id: 'second' } }])

  await held.release()
  await acknowledged
})

test('xmin of the query’s own snapshot stays below a commit that is not visible yet', async () => {
  await using held = await HeldCommits.on(primary)
  await using slot = await LogicalSlot.on(primary)
  const acknowledged = primary.query(`insert into note values ('held')`)
  await held.count(1)
  const { xid } = await slot.transaction()

  const stamped = `select pg_snapshot_xmin(pg_current_snapshot())::text::int as xmin,
                          exists (select from note) as shown`
  expect(await oneRow(primary, stamped)).toEqual({ xmin: xid, shown: false })
  // The commit log has it already, but whoever asks is told what snapshots see.
  const status = `select pg_xact_status('${xid}') as status`
  expect(await oneRow(primary, status)).toEqual({ status: 'in progress' })
  await until('the standby to know better', async () => {
    return (await oneRow(standby, status))['status'] === 'committed'
  })

  await held.release()
  await acknowledged
  const { xmin, shown } = await oneRow<{ xmin: number; shown: boolean }>(primary, stamped)
  expect(xmin).toBeGreaterThan(xid)
  expect(shown).toBe(true)
})

test('an xmin that was taken before the query’s snapshot understates it', async () => {
  const reader = await primary.connect()
  await using held = await HeldCommits.on(primary)
  await using slot = await LogicalSlot.on(primary)
  const acknowledged = primary.query(`insert into note values ('held')`)
  await held.count(1)
  const { xid } = await slot.transaction()

  await reader.query('begin isolation level read committed read only')
  const { xmin } = await oneRow<{ xmin: number }>(
    reader,
    'select pg_snapshot_xmin(pg_current_snapshot())::text::int as xmin',
  )
  await held.release()
  await acknowledged
  const { rows } = await reader.query(notes)
  await reader.query('commit')

  expect(xmin).toBe(xid)
  expect(rows).toEqual([{ id: 'held' }])
})
