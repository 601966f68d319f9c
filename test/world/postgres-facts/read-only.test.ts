/**
 * Fact 11: a subscriber is writable. What a READ ONLY transaction refuses there, and what not.
 *
 * @see https://www.postgresql.org/docs/18/sql-set-transaction.html
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let primary: PostgresNode
let subscriber: PostgresNode
let client: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { syd: { nodes: ['subscriber'] } },
    distanceScale: 0,
    schema: `
      create table note (id text primary key);
      create sequence counter;
      create function jot() returns void language sql as $$ insert into note values ('jotted') $$`,
  })
  primary = world.primary
  subscriber = nodeIn(world, 'syd', 'subscriber')
  await subscriber.query('create publication own for all tables')
  client = await subscriber.connect()
})

afterAll(async () => await world?.stop())

beforeEach(async () => {
  await client.query('rollback')
  await client.query('truncate note')
})

const notes = 'select id from note'

test('nothing keeps a plain transaction from writing to a subscriber, or brings it back', async () => {
  await client.query(`insert into note values ('stray')`)
  await primary.query(`insert into note values ('from home')`)
  await world.databases.caughtUp()

  expect(await subscriber.query(`${notes} order by id`)).toEqual([
    { id: 'from home' },
    { id: 'stray' },
  ])
  expect(await primary.query(notes)).toEqual([{ id: 'from home' }])
})

test.each([
  `insert into note values ('refused')`,
  `update note set id = 'refused'`,
  'delete from note',
  `merge into note using (select 'x' as id) as new on note.id = new.id
   when not matched then insert values (new.id)`,
  `with written as (insert into note values ('refused') returning id) select id from written`,
  'truncate note',
  'select * from note for update',
  'select * from note for key share',
  'select jot()',
  `do $$ begin insert into note values ('refused'); end $$`,
  `select nextval('counter')`,
  `select setval('counter', 7)`,
  'create table refused ()',
  'create temporary table refused ()',
  'select lo_create(0)',
])('a READ ONLY transaction refuses «%s»', async (statement) => {
  await client.query('begin read only')

  await expect(client.query(statement)).rejects.toMatchObject({ code: '25006' })
})

test('a READ ONLY transaction that has asked its position cannot become a writing one', async () => {
  await client.query('begin read only')
  await client.query('select pg_current_wal_insert_lsn()')

  await expect(client.query('set transaction read write')).rejects.toMatchObject({ code: '25001' })
})

test('one whose first statement is SET TRANSACTION can', async () => {
  await client.query('begin read only')
  await client.query('set transaction read write')
  await client.query(`insert into note values ('let through')`)
  await client.query('commit')

  expect(await subscriber.query(notes)).toEqual([{ id: 'let through' }])
})

test('a text of several statements can end the transaction that it is sent in', async () => {
  await client.query('begin read only')
  await client.query(`select; commit; insert into note values ('escaped')`)

  expect(await subscriber.query(notes)).toEqual([{ id: 'escaped' }])
})

test('the extended protocol refuses a text of several statements', async () => {
  await client.query('begin read only')

  await expect(
    client.query(`select $1::int; commit; insert into note values ('escaped')`, [1]),
  ).rejects.toMatchObject({ code: '42601' })
})

test('a message is not a write that READ ONLY refuses, and it is in the WAL', async () => {
  await using slot = await LogicalSlot.on(subscriber)
  await client.query('begin read only')
  await client.query(`select pg_logical_emit_message(true, 'tidegate', 'written')`)
  await client.query('commit')

  expect(await slot.transaction({ publication: 'own' })).toMatchObject({
    origin: undefined,
    changes: [{ kind: 'message', content: 'written' }],
  })
})

test.each(['analyze note', 'lock table note in access exclusive mode', 'notify somebody'])(
  'nor does it refuse «%s»',
  async (statement) => {
    await client.query('begin read only')
    await client.query(statement)
    const { command } = await client.query('commit')

    expect(command).toBe('COMMIT')
  },
)
