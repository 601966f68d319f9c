/**
 * Fact 6: a message in the WAL is a heartbeat that needs no table.
 *
 * @see https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-REPLICATION
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

/** pgoutput counts from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)

let world: World
let primary: PostgresNode
let standby: PostgresNode
let client: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key); create publication empty',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  await primary.set({ autovacuum: 'off' })
  client = await primary.connect()
})

afterAll(async () => await world?.stop())

async function emit(content: string): Promise<void> {
  await client.query(`select pg_logical_emit_message(true, 'tidegate', $1)`, [content])
}

test('a message is a commit of its own, after which the primary’s position includes it', async () => {
  await using slot = await LogicalSlot.on(primary)
  await emit('beat')
  const flushed = await lsnOf(client, 'pg_current_wal_flush_lsn()')

  const { changes, endLsn } = await slot.transaction()
  expect(changes).toEqual([{ kind: 'message', prefix: 'tidegate', content: 'beat' }])
  expect(endLsn).toBeLessThanOrEqual(flushed)
})

test('it needs no table and no publication that names one', async () => {
  await using slot = await LogicalSlot.on(primary)
  await emit('beat')
  await client.query(`insert into note values ('unpublished')`)

  expect(await slot.transactions({ publication: 'empty' })).toMatchObject([
    { changes: [{ kind: 'message', content: 'beat' }] },
  ])
})

test('a consumer that does not ask for messages is told nothing', async () => {
  await using slot = await LogicalSlot.on(primary)
  await emit('beat')

  expect(await slot.transactions({ messages: false })).toEqual([])
})

test('it is delivered among the changes of its transaction, in their order', async () => {
  await using slot = await LogicalSlot.on(primary)
  await client.query('begin')
  await client.query(`insert into note values ('before')`)
  await emit('between')
  await client.query(`insert into note values ('after')`)
  await client.query('commit')

  expect((await slot.transaction()).changes).toMatchObject([
    { kind: 'insert', new: { id: 'before' } },
    { kind: 'message', content: 'between' },
    { kind: 'insert', new: { id: 'after' } },
  ])
})

test('it goes with its transaction when that is rolled back', async () => {
  await using slot = await LogicalSlot.on(primary)
  await client.query('begin')
  await emit('lost')
  await client.query('rollback')
  await emit('kept')

  expect((await slot.transaction()).changes).toMatchObject([{ content: 'kept' }])
})

test('it travels to a standby and moves the time of the last transaction replayed there', async () => {
  await using slot = await LogicalSlot.on(primary)
  await emit('beat')
  const { endLsn, micros } = await slot.transaction()
  await standby.reached(endLsn)

  const replayed = `select (extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint as micros`
  const { micros: unix } = await oneRow<{ micros: string }>(standby, replayed)
  expect(BigInt(unix)).toBe(micros + BigInt(POSTGRES_EPOCH_MS) * 1000n)
})

test('a message outside transactions does not move that time', async () => {
  await emit('beat')
  await standby.reached(await primary.position())
  const replayed = 'select pg_last_xact_replay_timestamp()::text as at'
  const before = await oneRow(standby, replayed)
  const { rows } = await client.query<{ lsn: string }>(
    `select pg_logical_emit_message(false, 'tidegate', 'aside', true) as lsn`,
  )
  await standby.reached(parseLsn(rows[0]?.lsn ?? ''))

  expect(await oneRow(standby, replayed)).toEqual(before)
})

test('the clock that it carries is not later than its commit', async () => {
  await using slot = await LogicalSlot.on(primary)
  const at = `(extract(epoch from clock_timestamp()) * 1000000)::bigint::text`
  await client.query(`select pg_logical_emit_message(true, 'tidegate', ${at})`)

  const { changes, micros } = await slot.transaction()
  const [message] = changes
  const content = message?.kind === 'message' ? message.content : ''
  expect(BigInt(content)).toBeLessThanOrEqual(micros + BigInt(POSTGRES_EPOCH_MS) * 1000n)
})
