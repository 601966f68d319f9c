/**
 * Fact 1: which position tells that a commit is included, and when to ask for it.
 *
 * @see https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-ADMIN-BACKUP
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type Lsn, normaliseInsertLsn, parseLsn } from '../../../src/tide/lsn.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

const PAGE_BYTES = 8192n
const SEGMENT_BYTES = 16 * 1024 * 1024

let world: World
let primary: PostgresNode
let standby: PostgresNode
let client: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id int generated always as identity primary key, body text)',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  client = await primary.connect()
})

afterAll(async () => await world?.stop())

test('a position read inside a transaction precedes that transaction’s commit record', async () => {
  await using slot = await LogicalSlot.on(primary)
  await client.query(`begin; insert into note (body) values ('inside')`)
  const inside = await lsnOf(client, 'pg_current_wal_insert_lsn()')
  await client.query('commit')

  const { commitLsn, endLsn } = await slot.transaction()

  expect(inside).toBeLessThanOrEqual(commitLsn)
  expect(commitLsn).toBeLessThan(endLsn)
})

test.each([
  [
    'RETURNING',
    `insert into note (body) values ('x') returning pg_current_wal_insert_lsn() as lsn`,
  ],
  [
    'a CTE',
    `with written as (insert into note (body) values ('x') returning id)
     select pg_current_wal_insert_lsn() as lsn, (select id from written)`,
  ],
])('so does one that comes with the write itself, by %s', async (_, statement) => {
  await using slot = await LogicalSlot.on(primary)
  const { lsn } = await oneRow<{ lsn: string }>(client, statement)

  const { commitLsn } = await slot.transaction()

  expect(parseLsn(lsn)).toBeLessThanOrEqual(commitLsn)
})

test('a standby that has replayed such a position need not show the write', async () => {
  await client.query(`begin; insert into note (body) values ('hidden')`)
  const inside = await lsnOf(client, 'pg_current_wal_insert_lsn()')
  // WAL is sent only once it has been flushed.
  await client.query(`select pg_logical_emit_message(false, 'flush', '', true)`)

  await standby.reached(inside)

  const hidden = `select from note where body = 'hidden'`
  expect(await standby.query(hidden)).toHaveLength(0)
  await client.query('commit')
  await standby.reached(await primary.position())
  expect(await standby.query(hidden)).toHaveLength(1)
})

test('the flush position read after a synchronous commit includes it', async () => {
  await using slot = await LogicalSlot.on(primary)
  await client.query(`insert into note (body) values ('flushed')`)
  const flushed = await lsnOf(client, 'pg_current_wal_flush_lsn()')

  expect((await slot.transaction()).endLsn).toBeLessThanOrEqual(flushed)
})

test('with synchronous_commit off only the insert position includes it', async () => {
  // The WAL writer flushes behind our back; give it long breaks and take a moment between two.
  await primary.set({ wal_writer_delay: '10s' })
  await using slot = await LogicalSlot.on(primary)
  await client.query('set synchronous_commit = off')

  const seen = await until('a commit that is not flushed yet', async () => {
    const body = crypto.randomUUID()
    await client.query('insert into note (body) values ($1)', [body])
    const positions = await positionsOf(client)
    return positions.flush < normaliseInsertLsn(positions.insert) && { ...positions, body }
  })
  await client.query('reset synchronous_commit')
  await primary.set({ wal_writer_delay: null })
  await client.query(`select pg_logical_emit_message(false, 'flush', '', true)`)

  const transactions = await slot.transactions()
  const endLsn = transactions.find(
    ({ changes: [change] }) => change?.kind === 'insert' && change.new['body'] === seen.body,
  )?.endLsn
  expect(endLsn).toBeGreaterThan(seen.flush)
  expect(endLsn).toBeGreaterThan(seen.write)
  expect(endLsn).toBeLessThanOrEqual(normaliseInsertLsn(seen.insert))
})

test('a commit that fills a page leaves the insert position beyond what a replica can reach', async () => {
  const overhead = await commitOverhead()
  const { insert, flush, replayed } = await until('a commit that ends with its page', async () => {
    const start = (await positionsOf(client)).insert
    const room = PAGE_BYTES - (start % PAGE_BYTES)
    // Too little room for a commit: go on to the next page.
    await commitOf(room > 2048n ? room - overhead : room)
    const positions = await undisturbed()
    return positions && positions.flush % PAGE_BYTES === 0n && positions
  })

  expect(insert - flush).toBe(24n)
  expect(replayed).toBe(flush)
  expect(normaliseInsertLsn(insert, SEGMENT_BYTES)).toBe(flush)
})

test('at the start of a segment it is forty bytes beyond', async () => {
  const { insert, flush, replayed } = await until('an untouched segment', async () => {
    await commitOf(8n)
    await client.query('select pg_switch_wal()')
    const positions = await undisturbed()
    return positions && positions.flush % BigInt(SEGMENT_BYTES) === 0n && positions
  })

  expect(insert - flush).toBe(40n)
  expect(replayed).toBe(flush)
  expect(normaliseInsertLsn(insert, SEGMENT_BYTES)).toBe(flush)
  expect(await primary.query('show wal_segment_size')).toEqual([{ wal_segment_size: '16MB' }])
})

/** What a transaction writes to the WAL besides the message that it carries. */
async function commitOverhead(): Promise<bigint> {
  return await until<bigint>('a transaction within one page', async () => {
    const length = 512n
    const start = (await positionsOf(client)).insert
    await commitOf(length)
    const written = (await positionsOf(client)).insert - start
    return written < length + 256n && written - length
  })
}

async function commitOf(bytes: bigint): Promise<void> {
  await client.query(`select pg_logical_emit_message(true, 'page', repeat('x', $1))`, [
    Number(bytes),
  ])
}

/** Where everybody stands, unless Postgres itself wrote to the WAL in the meantime. */
async function undisturbed(): Promise<(Positions & { readonly replayed: Lsn }) | undefined> {
  const before = await positionsOf(client)
  await standby.reached(before.flush)
  const replayed = await standby.position()
  const after = await positionsOf(client)
  return after.insert === before.insert ? { ...before, replayed } : undefined
}

interface Positions {
  readonly insert: Lsn
  readonly write: Lsn
  readonly flush: Lsn
}

/** Least first, so that what is written in between cannot make them seem equal. */
async function positionsOf(asked: Client): Promise<Positions> {
  const { flush, write, insert } = await oneRow<Record<keyof Positions, string>>(
    asked,
    `select pg_current_wal_flush_lsn() as flush, pg_current_wal_lsn() as write,
            pg_current_wal_insert_lsn() as insert`,
  )
  return { insert: parseLsn(insert), write: parseLsn(write), flush: parseLsn(flush) }
}
