/**
 * Facts 2 and 4: what a standby's replay position and its snapshots tell about its answers.
 *
 * @see https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 * @see https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type Lsn, LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
import { HELD, runHeld } from '../../support/held-snapshot.ts'
import { LogicalSlot, type Transaction } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

const REPLAYED = 'pg_last_wal_replay_lsn()'

let world: World
let primary: PostgresNode
let standby: PostgresNode
let reader: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key)',
  })
  primary = world.primary
  // Its transactions would be seen in the snapshots that are compared here.
  await primary.set({ autovacuum: 'off' })
  standby = nodeIn(world, 'fra', 'standby')
  reader = await standby.connect()
})

afterAll(async () => await world?.stop())

/** Commits a row at home and waits until the standby has replayed it. */
async function commitAndReplay(id: string): Promise<Lsn> {
  await primary.query('insert into note values ($1)', [id])
  const position = await primary.position()
  await standby.reached(position)
  return position
}

test('a standby that has not replayed a commit does not show it, one that has does', async () => {
  await standby.pauseReplay()
  await primary.query(`insert into note values ('paused')`)
  const position = await primary.position()
  const note = `select from note where id = 'paused'`
  expect(await lsnOf(standby, REPLAYED)).toBeLessThan(position)
  expect(await standby.query(note)).toHaveLength(0)

  await standby.resumeReplay()
  await standby.reached(position)

  expect(await standby.query(note)).toHaveLength(1)
})

test('under load, a position before a query bounds its snapshot from below, one after from above', async () => {
  await using slot = await LogicalSlot.on(primary)
  const ids = Array.from({ length: 300 }, (_, index) => `load-${index}`)
  async function write(): Promise<void> {
    for (let id = ids.pop(); id; id = ids.pop()) {
      await primary.query('insert into note values ($1)', [id])
    }
  }
  const readings: Reading[] = []
  async function read(): Promise<void> {
    do readings.push(await readBetweenPositions())
    while ((readings.at(-1)?.ids.size ?? 0) < 300)
  }

  await Promise.all([write(), write(), write(), read()])

  const commits = (await slot.transactions()).flatMap(({ endLsn, changes: [change] }) =>
    change?.kind === 'insert' ? [{ endLsn, id: String(change.new['id']) }] : [],
  )
  expect(commits).toHaveLength(300)
  for (const { lo, ids: seen, hi } of readings) {
    expect(commits.filter(({ endLsn, id }) => endLsn <= lo && !seen.has(id))).toEqual([])
    // Replay makes a commit visible a moment before it says so.
    expect(commits.filter(({ endLsn, id }) => endLsn > hi && seen.has(id)).length).toBeLessThan(2)
  }
})

interface Reading {
  readonly lo: Lsn
  readonly ids: ReadonlySet<string>
  readonly hi: Lsn
}

async function readBetweenPositions(): Promise<Reading> {
  await reader.query('begin isolation level read committed read only')
  const lo = await lsnOf(reader, REPLAYED)
  const { rows } = await reader.query<{ id: string }>(`select id from note where id like 'load-%'`)
  const hi = await lsnOf(reader, REPLAYED)
  await reader.query('commit')
  return { lo, ids: new Set(rows.map(({ id }) => id)), hi }
}

test('in one READ COMMITTED transaction each statement has a snapshot of its own', async () => {
  await reader.query('begin isolation level read committed read only')
  const lo = await lsnOf(reader, REPLAYED)
  const position = await commitAndReplay('between')
  const { rows } = await reader.query(`select from note where id = 'between'`)
  const hi = await lsnOf(reader, REPLAYED)
  await reader.query('commit')

  expect(rows).toHaveLength(1)
  expect(lo).toBeLessThan(position)
  expect(hi).toBeGreaterThanOrEqual(position)
})

test('a position read in the statement of the query overstates its snapshot', async () => {
  const { lo, shown, position } = await overtakeSnapshot('same statement')

  expect(lo).toBeGreaterThanOrEqual(position)
  expect(shown).toBe(false)
})

test('under REPEATABLE READ even a position read in an earlier statement overstates it', async () => {
  await reader.query('begin isolation level repeatable read read only')
  const { lo, position } = await overtakeSnapshot('repeatable read')
  const { rows } = await reader.query(`select from note where id = 'repeatable read'`)
  await reader.query('commit')

  expect(lo).toBeGreaterThanOrEqual(position)
  expect(rows).toHaveLength(0)
})

interface Overtaken {
  readonly lo: Lsn
  readonly shown: boolean
  /** Of the commit that came after the statement's snapshot and before its position was read. */
  readonly position: Lsn
}

async function overtakeSnapshot(id: string): Promise<Overtaken> {
  let position = LSN_ZERO
  const [row] = await runHeld<{ lo: string; shown: boolean }>(
    standby,
    reader,
    `select ${REPLAYED} as lo, exists (select from note where id = '${id}') as shown from ${HELD}`,
    async () => {
      position = await commitAndReplay(id)
    },
  )
  return { lo: parseLsn(row?.lo ?? ''), shown: row?.shown ?? false, position }
}

test('a commit shows a moment before the replay position includes it', async () => {
  // Replay makes a commit visible, then drops the files of its tables, then moves the position.
  const tables = Array.from({ length: 300 }, (_, index) => `ballast_${index}`)
  await using slot = await LogicalSlot.on(primary)

  const { hi, endLsn } = await until('an answer from that moment', async () => {
    const id = crypto.randomUUID()
    await primary.query(tables.map((table) => `create table ${table} ()`).join(';'))
    const committed = primary.query(
      `begin; insert into note values ('${id}'); drop table ${tables.join(', ')}; commit`,
    )
    const hiAtFirstSight = await firstSight(id)
    await committed
    const commit = await commitOf(slot, id)
    return hiAtFirstSight < commit.endLsn && { ...commit, hi: hiAtFirstSight }
  })

  expect(hi).toBeLessThan(endLsn)
})

/** The position after the first answer that shows the row. */
async function firstSight(id: string): Promise<Lsn> {
  for (;;) {
    const { shown, hi } = await oneRow<{ shown: boolean; hi: string }>(
      reader,
      `select exists (select from note where id = $1) as shown, ${REPLAYED} as hi`,
      [id],
    )
    if (shown) return parseLsn(hi)
  }
}

async function commitOf(slot: LogicalSlot, id: string): Promise<Transaction> {
  const commit = (await slot.transactions()).find(({ changes }) =>
    changes.some((change) => change.kind === 'insert' && change.new['id'] === id),
  )
  if (!commit) throw new Error(`${slot.name} does not hold the commit of ${id}`)
  return commit
}

test('on a standby the snapshot does not list running transactions, so only its xmin is right', async () => {
  const running = await primary.connect()
  await running.query(`begin; insert into note values ('running')`)
  const { xid } = await oneRow<{ xid: string }>(running, 'select pg_current_xact_id() as xid')
  await commitAndReplay('later than running')

  const snapshot = `select pg_snapshot_xmin(snapshot) as xmin,
      (select count(*)::int from pg_snapshot_xip(snapshot)) as listed,
      pg_visible_in_snapshot('${xid}', snapshot) as claimed,
      exists (select from note where id = 'running') as shown
    from pg_current_snapshot() as snapshot`
  const atHome = await oneRow(primary, snapshot)
  const there = await oneRow(standby, snapshot)
  await running.query('commit')

  expect(atHome).toEqual({ xmin: xid, listed: 1, claimed: false, shown: false })
  expect(there).toEqual({ xmin: xid, listed: 0, claimed: true, shown: false })

  await standby.reached(await primary.position())
  const { xmin } = await oneRow<{ xmin: string }>(standby, snapshot)
  expect(BigInt(xmin)).toBeGreaterThan(BigInt(xid))
})

test('on a promoted primary the replay position stays where it was', async () => {
  const promoted = nodeIn(world, 'syd', 'standby')
  await promoted.query('select pg_promote()')
  const replayed = await lsnOf(promoted, REPLAYED)
  await promoted.query(`insert into note values ('of the new history')`)

  expect(await lsnOf(promoted, REPLAYED)).toBe(replayed)
  expect(await lsnOf(promoted, 'pg_current_wal_flush_lsn()')).toBeGreaterThan(replayed)
  expect(await promoted.query('select pg_is_in_recovery()')).toEqual([{ pg_is_in_recovery: false }])
})

test('the functions of the other role fail on either', async () => {
  await expect(standby.query('select pg_current_wal_flush_lsn()')).rejects.toMatchObject({
    code: '55000',
  })
  expect(await primary.query(`select ${REPLAYED}`)).toEqual([{ pg_last_wal_replay_lsn: null }])
})
