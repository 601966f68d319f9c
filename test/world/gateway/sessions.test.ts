/** What one request leaves behind for the next: nothing but prepared statements. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ask, startGateway, type TestGateway } from '../../support/gateway.ts'

let world: World
let gateway: TestGateway

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    distanceScale: 0,
    schema: `create table item (id serial primary key, body text);
      insert into item (body) select g::text from generate_series(1, 10) g;
      create function spoil() returns text language sql as
        $$ select set_config('search_path', 'nowhere', false) $$;
      create view spoiling as select spoil()`,
  })
  // One connection: each request gets what the one before left.
  gateway = await startGateway([world.primary], {
    settings: { poolSize: 1, preparedStatements: 3 },
  })
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function value(statement: string): Promise<unknown> {
  const { rows, body } = await ask(gateway, world.primary, statement)
  const [row] = rows
  return Array.isArray(row) ? row[0] : body
}

test('settings are gone, whichever way they were set', async () => {
  const usual = await value('show search_path')
  for (const change of [
    `set search_path = nowhere`,
    `select set_config('search_path', 'nowhere', false)`,
    `select spoil()`,
    `select * from spoiling`,
  ]) {
    await value(change)
    expect(await value('show search_path')).toBe(usual)
  }
})

test('a role that was taken is given back', async () => {
  const user = await value('select current_user')
  await world.primary.query('create role other')
  await value('set role other')
  expect(await value('select current_user')).toBe(user)
  await value('set session authorization other')
  expect(await value('select current_user')).toBe(user)
})

test('locks, temporary tables, cursors, sequences and statements are gone', async () => {
  await value('select pg_advisory_lock(1)')
  await value('create temporary table mine (id int)')
  await value('prepare mine as select 1')
  await value('listen mine')
  await value(`insert into item (body) values ('x')`)
  expect(await value(`select count(*) from pg_locks where locktype = 'advisory'`)).toBe('0')
  expect(await value(`select to_regclass('mine')`)).toBeNull()
  expect(await value('execute mine')).toMatchObject({ code: '26000' })
  expect(await value('select count(*) from pg_listening_channels()')).toBe('0')
  expect(await value('select lastval()')).toMatchObject({ code: '55000' })
})

test('a transaction that was left open, or has failed, does not reach the next request', async () => {
  await value('begin')
  expect(await value('savepoint here')).toMatchObject({ code: '25P01' })
  await ask(gateway, world.primary, { queries: [{ query: 'select 1 / 0' }] })
  expect(await value('select 1')).toBe('1')
})

test('the connection stays the same all the while', async () => {
  const pid = await value('select pg_backend_pid()')
  await value('select 1 / 0')
  await value(`set work_mem = '1MB'`)
  expect(await value('select pg_backend_pid()')).toBe(pid)
})

test('what is read often is prepared, no more than is allowed, and what it reads may change', async () => {
  const read = async (id: number): Promise<unknown> =>
    await value(`select * from item where id = ${id}`)
  const prepared = `select count(*) from pg_prepared_statements where name like 'tidegate%'`
  for (let round = 0; round < 3; round++) for (const id of [1, 2]) await read(id)
  expect(await value(prepared)).toBe('2')
  for (let round = 0; round < 3; round++) for (const id of [3, 4, 5]) await read(id)
  expect(Number(await value(prepared))).toBeLessThanOrEqual(3)

  await world.primary.query('alter table item add column more int default 7')
  const { rows } = await ask(gateway, world.primary, 'select * from item where id = 5')
  expect(rows).toEqual([['5', '5', '7']])
})

test('a batch whose statement has changed is run again as a whole, and once', async () => {
  const body = {
    queries: [
      { query: `insert into item (body) values ('batch')` },
      { query: `select * from item where body = 'batch'` },
    ],
  }
  const readOften = async (): Promise<unknown> => (await ask(gateway, world.primary, body)).status
  const select = `select * from item where body = 'batch'`
  for (let round = 0; round < 3; round++) await value(select)
  await world.primary.query('alter table item add column again int')
  expect(await readOften()).toBe(200)
  const { rows } = await ask(gateway, world.primary, select)
  expect(rows).toHaveLength(1)
})

test('a connection whose server process has ended is replaced', async () => {
  const pid = await value('select pg_backend_pid()')
  await world.primary.query('select pg_terminate_backend($1::int)', [pid])
  await until('a new connection', async () => {
    const now = await value('select pg_backend_pid()')
    return typeof now === 'string' && now !== pid
  })
})
