/** The official driver, unchanged, with the gateway in Neon's place. */
import { neon, NeonDbError, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'

let world: World
let gateway: TestGateway
let sql: NeonQueryFunction<false, false>

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    distanceScale: 0,
    schema: `create table note (id int primary key, body text not null);
      create table child (id int primary key, note int references note deferrable initially deferred)`,
  })
  gateway = await startGateway([world.primary])
  neonConfig.fetchEndpoint = gateway.url
  sql = neon(world.primary.url())
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

test('values of every kind come back as the driver parses them', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  const [row] = await sql`select ${1}::int as n, ${true}::bool as yes, ${null}::text as nothing,
    ${'ü "quoted" \\ \u{1F30A}'}::text as text, ${at}::timestamptz as at,
    ${[1, 'a"b', null]}::text[] as list, ${{ a: [1, { b: null }] }}::jsonb as json,
    ${Buffer.from([0, 255, 10])}::bytea as bytes, ${10n}::int8 as big, 1.50::numeric as exact`
  expect(row).toEqual({
    n: 1,
    yes: true,
    nothing: null,
    text: 'ü "quoted" \\ \u{1F30A}',
    at,
    list: ['1', 'a"b', null],
    json: { a: [1, { b: null }] },
    bytes: Buffer.from([0, 255, 10]),
    big: '10',
    exact: '1.50',
  })
})

test('full results tell fields, command and count', async () => {
  const full = neon(world.primary.url(), { fullResults: true })
  expect(await full`insert into note values (1, 'a'), (2, 'b')`).toMatchObject({
    command: 'INSERT',
    rowCount: 2,
    rows: [],
    fields: [],
  })
  expect(await full`select id, body from note order by id`).toMatchObject({
    command: 'SELECT',
    rowCount: 2,
    rowAsArray: false,
    rows: [
      { id: 1, body: 'a' },
      { id: 2, body: 'b' },
    ],
    fields: [
      { name: 'id', dataTypeID: 23, columnID: 1, format: 'text' },
      { name: 'body', dataTypeID: 25, columnID: 2 },
    ],
  })
  expect(await full`create table made ()`).toMatchObject({ command: 'CREATE', rowCount: null })
})

test('rows are arrays where that is asked for', async () => {
  const arrays = neon(world.primary.url(), { arrayMode: true })
  expect(await arrays`select 1 as a, 2 as a`).toEqual([[1, 2]])
  expect(await sql.query('select $1::int as a', [3], { arrayMode: true })).toEqual([[3]])
})

test('an error of Postgres keeps all that it tells', async () => {
  await sql`insert into note values (10, 'ten')`
  const error: unknown = await sql`insert into note values (10, 'again')`.catch((each) => each)
  expect(error).toBeInstanceOf(NeonDbError)
  expect(error).toMatchObject({
    code: '23505',
    severity: 'ERROR',
    schema: 'public',
    table: 'note',
    constraint: 'note_pkey',
    detail: 'Key (id)=(10) already exists.',
    routine: '_bt_check_unique',
  })
  await expect(sql`select 'oops`).rejects.toMatchObject({ code: '42601', position: '8' })
})

test('a transaction is whole, and keeps its options', async () => {
  const results = await sql.transaction(
    [sql`show transaction_isolation`, sql`show transaction_read_only`],
    { isolationLevel: 'RepeatableRead', readOnly: true },
  )
  expect(results).toEqual([
    [{ transaction_isolation: 'repeatable read' }],
    [{ transaction_read_only: 'on' }],
  ])
  const deferrable = { isolationLevel: 'Serializable', readOnly: true, deferrable: true } as const
  expect(await sql.transaction([sql`show transaction_deferrable`], deferrable)).toEqual([
    [{ transaction_deferrable: 'on' }],
  ])
  await expect(
    sql.transaction([sql`insert into note values (20, 'never')`, sql`select 1 / 0`]),
  ).rejects.toMatchObject({ code: '22012' })
  expect(await sql`select from note where id = 20`).toEqual([])
})

test('a read only transaction refuses to write, and one that is empty is one', async () => {
  await expect(
    sql.transaction([sql`insert into note values (30, 'never')`], { readOnly: true }),
  ).rejects.toMatchObject({ code: '25006' })
  expect(await sql.transaction([])).toEqual([])
})

test('a commit that fails is an error, and nothing of it stays', async () => {
  await expect(sql.transaction([sql`insert into child values (1, 404)`])).rejects.toMatchObject({
    code: '23503',
    table: 'child',
  })
  expect(await sql`select from child`).toEqual([])
})

test('texts of several statements are refused by Postgres', async () => {
  await expect(sql`select 1; select 2`).rejects.toMatchObject({ code: '42601' })
})

test('an empty statement has an empty answer', async () => {
  expect(await sql.query('-- nothing')).toEqual([])
})

test('a wrong password is told as an error of Postgres', async () => {
  const stranger = neon(world.primary.url().replace(/:[^:@/]+@/, ':wrong@'))
  await expect(stranger`select 1`).rejects.toMatchObject({ code: '28P01' })
  // Nobody is let in because somebody else was.
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
  await expect(stranger`select 1`).rejects.toMatchObject({ code: '28P01' })
})

test('a database that is not there is told as an error of Postgres', async () => {
  await expect(neon(world.primary.url(undefined, 'nowhere'))`select 1`).rejects.toMatchObject({
    code: '3D000',
  })
})

test('a query that its caller gives up is cancelled in the database', async () => {
  const controller = new AbortController()
  const given = sql.query(`select pg_sleep(60), 'given up'`, [], {
    fetchOptions: { signal: controller.signal },
  })
  const failed = expect(given).rejects.toThrow(/abort/i)
  await until('it to run', runs)
  controller.abort()
  await failed
  await until('it to end', async () => !(await runs()))
})

test('many queries at once share few connections', async () => {
  const rows = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => await sql`select ${n}::int as n`),
  )
  expect(rows.map(([row]) => row?.['n'])).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(gateway.gateway.connections).toBeLessThanOrEqual(11)
})

async function runs(): Promise<boolean> {
  const rows = await world.primary.query(
    `select from pg_stat_activity where query like '%given up%' and state = 'active'
     and pid <> pg_backend_pid()`,
  )
  return rows.length > 0
}
