/** The official driver and our own, inside workerd, with the gateway in Neon's place. */
import { neon, NeonDbError, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless'
import { beforeAll, expect, inject, test } from 'vitest'

import { neonDriver } from '../../../src/drivers/neon.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly gatewayEndpoint: string
    readonly connectionString: string
  }
}

let sql: NeonQueryFunction<false, false>

beforeAll(() => {
  neonConfig.fetchEndpoint = inject('gatewayEndpoint')
  sql = neon(inject('connectionString'))
})

test('values go there and come back', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  expect(
    await sql`select ${1}::int as n, ${'ü'}::text as text, ${at}::timestamptz as at,
      ${[1, 2]}::int[] as list, ${{ a: null }}::jsonb as json, ${null}::text as nothing`,
  ).toEqual([{ n: 1, text: 'ü', at, list: [1, 2], json: { a: null }, nothing: null }])
})

test('a transaction is whole, and an error tells what Postgres told', async () => {
  const [written, read] = await sql.transaction([
    sql`insert into note (body) values ('one') returning id`,
    sql`select body from note`,
  ])
  expect(written).toHaveLength(1)
  expect(read).toEqual([{ body: 'one' }])
  const error: unknown = await sql
    .transaction([
      sql`insert into note (body) values ('two')`,
      sql`insert into note (body) values ('one')`,
    ])
    .catch((each) => each)
  expect(error).toBeInstanceOf(NeonDbError)
  expect(error).toMatchObject({ code: '23505', table: 'note', constraint: 'note_body_key' })
  expect(await sql`select body from note`).toEqual([{ body: 'one' }])
})

test('a query that is given up ends', async () => {
  const fetchOptions = { signal: AbortSignal.timeout(50) }
  await expect(sql.query('select pg_sleep(60)', [], { fetchOptions })).rejects.toThrow()
})

test('our driver is told positions', async () => {
  const driver = neonDriver()
  const target = {
    name: 'home',
    role: 'primary',
    url: inject('connectionString'),
    endpoint: inject('gatewayEndpoint'),
    gateway: true,
  } as const
  const { signal } = new AbortController()
  const insert = { text: `insert into note (body) values ('three')`, params: [] }
  const { commit } = await driver.write(target, { queries: [insert], signal })
  if (!commit || !('lsn' in commit))
    throw new Error('a write through the gateway tells its position')
  const answer = await driver.read(target, {
    queries: [{ text: `select body from note where body = 'three'`, params: [] }],
    xids: [],
    need: { epoch: 1, lsn: commit.lsn, waitMs: 0 },
    signal,
  })
  expect(answer).toMatchObject({ role: 'primary', timeline: 1, results: [{ rows: [['three']] }] })
  expect(answer.hi).toSatisfy((hi) => hi >= commit.lsn)
})
