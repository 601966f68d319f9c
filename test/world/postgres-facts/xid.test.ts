/**
 * Fact 5: where a position cannot be had after the commit, a write is known by its transaction id.
 *
 * @see https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { parseXid, widenXid, type Xid } from '../../../src/tide/xid.ts'
import { HELD, runHeld } from '../../support/held-snapshot.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode
let writer: Client
let reader: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key)',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  await primary.set({ autovacuum: 'off' })
  writer = await primary.connect()
  reader = await standby.connect()
})

afterAll(async () => await world?.stop())

/** As Neon's HTTP endpoint runs a batch: it adds the COMMIT itself, and nothing comes after. */
async function writeAndAskXid(id: string): Promise<Xid> {
  await writer.query('begin')
  await writer.query('insert into note values ($1)', [id])
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await writer.query('commit')
  return parseXid(xid)
}

function statusOf(xid: Xid): string {
  return `select pg_xact_status('${xid}') as status`
}

test('the xid that a write’s own transaction tells is the one that is decoded', async () => {
  await using slot = await LogicalSlot.on(primary)
  const xid = await writeAndAskXid('decoded')

  expect(widenXid((await slot.transaction()).xid, xid)).toBe(xid)
})

test('the xid that pgoutput tells has 32 bits', async () => {
  await using slot = await LogicalSlot.on(primary)
  await writeAndAskXid('narrow')
  const [begin] = await slot.raw()

  // The kind, the commit's position, its time in microseconds, the xid.
  expect(begin).toHaveLength(1 + 8 + 8 + 4)
  expect(String.fromCharCode(begin?.[0] ?? 0)).toBe('B')
})

test('a write in a savepoint is told and delivered under its whole transaction’s xid', async () => {
  await using slot = await LogicalSlot.on(primary)
  await writer.query(`begin; savepoint part; insert into note values ('savepoint')`)
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await writer.query('commit')

  const { own } = await oneRow<{ own: string }>(
    primary,
    `select xmin::text as own from note where id = 'savepoint'`,
  )
  expect(String((await slot.transaction()).xid)).toBe(xid)
  expect(own).not.toBe(xid)
})

test('a transaction that changed nothing has an xid that is not delivered', async () => {
  await using slot = await LogicalSlot.on(primary)
  await writer.query('begin')
  await writer.query(`update note set id = 'none' where false`)
  await writer.query('select pg_current_xact_id()')
  await writer.query('commit')
  const xid = await writeAndAskXid('after the empty one')

  expect(widenXid((await slot.transaction()).xid, xid)).toBe(xid)
})

test('a standby does not give out xids', async () => {
  await expect(standby.query('select pg_current_xact_id()')).rejects.toMatchObject({
    code: '25006',
  })
  expect(await oneRow(standby, 'select pg_current_xact_id_if_assigned() as xid')).toEqual({
    xid: null,
  })
})

test('a standby refuses to tell the status of an xid that it has not heard of', async () => {
  await standby.pauseReplay()
  const xid = await writeAndAskXid('unheard of')
  const bounded = `select case when '${xid}' < pg_snapshot_xmax(pg_current_snapshot())
                          then pg_xact_status('${xid}') end as status`

  await expect(standby.query(statusOf(xid))).rejects.toMatchObject({
    code: '22023',
    message: `transaction ID ${xid} is in the future`,
  })
  expect(await oneRow(standby, bounded)).toEqual({ status: null })

  await standby.resumeReplay()
  await standby.reached(await primary.position())
  expect(await oneRow(standby, bounded)).toEqual({ status: 'committed' })
})

test('a running or aborted transaction is not taken for a committed one', async () => {
  await writer.query(`begin; insert into note values ('aborted')`)
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await primary.query(`insert into note values ('beside the aborted')`)
  await standby.reached(await primary.position())
  expect(await oneRow(standby, statusOf(parseXid(xid)))).toEqual({ status: 'in progress' })

  await writer.query('rollback')
  // Nobody waits for an abort record to be sent, so something else has to take it along.
  await primary.query(`insert into note values ('after the aborted')`)
  await standby.reached(await primary.position())
  expect(await oneRow(standby, statusOf(parseXid(xid)))).toEqual({ status: 'aborted' })
})

test('a standby shows a write once an earlier statement has found its xid committed', async () => {
  for (let index = 0; index < 100; index += 1) {
    const xid = await writeAndAskXid(`status-${index}`)
    const bounded = `select '${xid}' < pg_snapshot_xmax(pg_current_snapshot())
                            and pg_xact_status('${xid}') = 'committed' as committed`
    await until('the standby to know the commit', async () => {
      const { rows } = await reader.query<{ committed: boolean }>(bounded)
      return rows[0]?.committed
    })

    const { rows } = await reader.query('select from note where id = $1', [`status-${index}`])
    expect(rows).toHaveLength(1)
  }
})

test('a status that is asked in the statement of the query overstates its snapshot', async () => {
  await writer.query(`begin; insert into note values ('same statement')`)
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await primary.query(`insert into note values ('beside the same statement')`)
  await standby.reached(await primary.position())

  const rows = await runHeld(
    standby,
    reader,
    `select pg_xact_status('${xid}') as status,
            exists (select from note where id = 'same statement') as shown from ${HELD}`,
    async () => {
      await writer.query('commit')
      await standby.reached(await primary.position())
    },
  )

  expect(rows).toEqual([{ status: 'committed', shown: false }])
})

test('an xid below the query’s own xmin is decided, even in the same statement', async () => {
  await writer.query(`begin; insert into note values ('below xmin')`)
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await primary.query(`insert into note values ('beside below xmin')`)
  await standby.reached(await primary.position())
  const reading = `'${xid}' < pg_snapshot_xmin(pg_current_snapshot()) as decided,
                   exists (select from note where id = 'below xmin') as shown`

  const rows = await runHeld(standby, reader, `select ${reading} from ${HELD}`, async () => {
    await writer.query('commit')
    await standby.reached(await primary.position())
  })

  expect(rows).toEqual([{ decided: false, shown: false }])
  expect(await oneRow(reader, `select ${reading}`)).toEqual({ decided: true, shown: true })
})
