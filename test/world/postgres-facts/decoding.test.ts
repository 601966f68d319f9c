/**
 * Facts 7 and 8: what logical decoding delivers, in which order, and what it takes on a standby.
 *
 * @see https://www.postgresql.org/docs/18/logicaldecoding-explanation.html
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { formatLsn, toLsn } from '../../../src/tide/lsn.ts'
import { LogicalSlot, type Transaction } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'
import { withoutBackend } from '../../support/stopped-backend.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode
let a: Client
let b: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key); create extension pg_walinspect',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  await primary.set({ autovacuum: 'off' })
  a = await primary.connect()
  b = await primary.connect()
})

afterAll(async () => await world?.stop())

test('transactions are delivered in the order of their commits, not of their begins', async () => {
  await using slot = await LogicalSlot.on(primary)
  await a.query(`begin; insert into note values ('begun first')`)
  await b.query(`begin; insert into note values ('begun second')`)
  await b.query('commit')
  await a.query(`insert into note values ('written last'); commit`)

  const [first, second] = await slot.transactions()

  expect(first?.changes).toMatchObject([{ new: { id: 'begun second' } }])
  expect(second?.changes).toMatchObject([
    { new: { id: 'begun first' } },
    { new: { id: 'written last' } },
  ])
  expect(first?.endLsn).toBeLessThanOrEqual(second?.commitLsn ?? 0n)
  expect(first?.xid).toBeGreaterThan(second?.xid ?? 0)
})

test('a transaction is told where its commit record starts and ends in the WAL', async () => {
  await using slot = await LogicalSlot.on(primary)
  const from = await lsnOf(primary, 'pg_current_wal_insert_lsn()')
  await a.query(`insert into note values ('inspected')`)
  const { xid, commitLsn, endLsn } = await slot.transaction()

  const record = await oneRow(
    primary,
    `select start_lsn, end_lsn from pg_get_wal_records_info($1, $2)
     where record_type = 'COMMIT' and xid = $3`,
    [formatLsn(from), await flushed(), xid],
  )

  expect(record).toEqual({ start_lsn: formatLsn(commitLsn), end_lsn: formatLsn(endLsn) })
})

test('a commit’s end is what the primary reports after it, unless others have written since', async () => {
  const { endLsn, reported } = await until('a commit beside which nobody wrote', async () => {
    await using slot = await LogicalSlot.on(primary)
    await a.query('insert into note values ($1)', [crypto.randomUUID()])
    const position = await lsnOf(a, 'pg_current_wal_flush_lsn()')
    const { endLsn: end } = await slot.transaction()
    return position === end && { endLsn: end, reported: position }
  })

  expect(endLsn).toBe(reported)
})

/** Two commits whose records touch, as they do when transactions end at the same time. */
async function adjacentCommits(
  slot: LogicalSlot,
): Promise<readonly [first: Transaction, second: Transaction]> {
  return await until('two commits whose records touch', async () => {
    await a.query(`begin; insert into note values (gen_random_uuid())`)
    await b.query(`begin; insert into note values (gen_random_uuid())`)
    await a.query('commit')
    await b.query('commit')
    const [first, second] = (await slot.transactions()).slice(-2)
    return first && second && first.endLsn === second.commitLsn && [first, second]
  })
}

test('a slot that is confirmed up to a commit’s end goes on with the next commit', async () => {
  await using slot = await LogicalSlot.on(primary)
  const [first, second] = await adjacentCommits(slot)

  await slot.advance(first.endLsn)

  expect(await slot.transaction()).toEqual(second)
})

test('confirmed one byte further, it loses a commit that starts there', async () => {
  await using slot = await LogicalSlot.on(primary)
  const [first] = await adjacentCommits(slot)

  await slot.advance(toLsn(first.endLsn + 1n))

  expect(await slot.transactions()).toEqual([])
})

test('a slot on a standby comes into being when the primary logs its running transactions', async () => {
  await using slot = LogicalSlot.planned(standby)
  // Which the background writer has it do now and then.
  await withoutBackend(primary, 'background writer', async () => {
    await commitAndReplay('before the slot')
    const created = slot.create()
    await until('the slot to wait', async () => (await slot.state())?.restart_lsn)
    await commitAndReplay('while the slot waits')
    expect(await slot.state()).toMatchObject({ confirmed_flush_lsn: null })

    await primary.query('select pg_log_standby_snapshot()')
    await created
    expect(await slot.state()).toMatchObject({ confirmed_flush_lsn: expect.any(String) })
  })
})

async function commitAndReplay(id: string): Promise<void> {
  await primary.query('insert into note values ($1)', [id])
  await standby.reached(await primary.position())
}

test('a standby’s slot delivers only what that standby has replayed', async () => {
  await using slot = await LogicalSlot.onStandby(standby, primary)
  await standby.pauseReplay()
  await primary.query(`insert into note values ('received')`)
  const position = await primary.position()
  await until('the standby to have received it', async () => {
    return (await lsnOf(standby, 'pg_last_wal_receive_lsn()')) >= position
  })
  expect(await slot.transactions()).toEqual([])

  await standby.resumeReplay()
  await standby.reached(position)
  expect(await slot.transaction()).toMatchObject({ changes: [{ new: { id: 'received' } }] })
})

test('what a standby’s slot has delivered, that standby shows', async () => {
  await using slot = await LogicalSlot.onStandby(standby, primary)
  for (let index = 0; index < 50; index += 1) {
    await primary.query('insert into note values ($1)', [`shown-${index}`])
    const { endLsn } = await until('the commit to be delivered', async () => {
      return (await slot.transactions())[index]
    })

    expect(await standby.query(`select from note where id = 'shown-${index}'`)).toHaveLength(1)
    expect(await standby.position()).toBeGreaterThanOrEqual(endLsn)
  }
})

test('a standby’s slot tells the same positions and xids as the primary’s', async () => {
  await using there = await LogicalSlot.onStandby(standby, primary)
  await using atHome = await LogicalSlot.on(primary)
  await commitAndReplay('told twice')

  expect(await there.transactions()).toEqual(await atHome.transactions())
})

test('with hot_standby_feedback a standby’s slot outlives a vacuum of the catalog, without it not', async () => {
  await using kept = await LogicalSlot.onStandby(standby, primary)
  await until('the primary to know', async () => await primaryHoldsCatalog())
  await vacuumCatalog()
  expect(await kept.state()).toMatchObject({ wal_status: 'reserved', invalidation_reason: null })

  await standby.set({ hot_standby_feedback: 'off' })
  await until('the primary to forget', async () => !(await primaryHoldsCatalog()))
  await vacuumCatalog()
  await until('the slot to be lost', async () => (await kept.state())?.wal_status === 'lost')
  expect(await kept.state()).toMatchObject({ invalidation_reason: 'rows_removed' })
  await expect(kept.transactions()).rejects.toMatchObject({
    code: '55000',
    detail: 'This replication slot has been invalidated due to "rows_removed".',
  })
  await standby.set({ hot_standby_feedback: null })
})

async function primaryHoldsCatalog(): Promise<boolean> {
  const { held } = await oneRow<{ held: boolean }>(
    primary,
    'select catalog_xmin is not null as held from pg_replication_slots where slot_name = $1',
    [standby.slot],
  )
  return held
}

/** Removes rows of the catalog that decoding of older WAL would need. */
async function vacuumCatalog(): Promise<void> {
  await primary.query('create table passing ()')
  await primary.query('drop table passing')
  await primary.query('vacuum full pg_class')
  await commitAndReplay(crypto.randomUUID())
}

async function flushed(): Promise<string> {
  return formatLsn(await lsnOf(primary, 'pg_current_wal_flush_lsn()'))
}
