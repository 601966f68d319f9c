import { types } from '@neondatabase/serverless'
import { expect, expectTypeOf, test } from 'vitest'

import type { QueryPromise } from '../../../src/client/query-promise.ts'
import type { WithTide } from '../../../src/client/results.ts'
import type { Sql } from '../../../src/client/sql.ts'
import { createTidegate } from '../../../src/client/tidegate.ts'
import type { ArrayRow, FullResult, ObjectRow } from '../../../src/drivers/decode.ts'
import type { Driver, Work } from '../../../src/drivers/driver.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { parseXid } from '../../../src/tide/xid.ts'

interface Post {
  readonly id: number
}

const field = { dataTypeID: 23, tableID: 0, columnID: 0, dataTypeSize: 4, dataTypeModifier: -1 }
const fields = [{ ...field, name: 'id', format: 'text' }]
const url = 'postgresql://app:secret@db.example.org/app'

/** Nodes that count the statements that they are sent. */
function begin() {
  const sent: string[] = []
  const answer = ({ queries }: Work) => {
    sent.push(...queries.map(({ text }) => text))
    return queries.map(() => ({ fields, rows: [['7']], command: 'SELECT', rowCount: 1 }))
  }
  const driver: Driver = {
    async read({ role }, work) {
      const lsn = parseLsn('0/1')
      const lo = role === 'primary' ? { xmin: parseXid('7') } : { lsn }
      return await Promise.resolve({ results: answer(work), role, lo, hi: lsn, shown: [] })
    },
    async write(_, work) {
      if (work.queries.some(({ text }) => text.includes('fail'))) throw new TypeError('failed')
      return await Promise.resolve({ results: answer(work), commit: { lsn: parseLsn('0/2') } })
    },
  }
  const options = { primary: { region: 'iad', url }, replicas: [{ region: 'fra', url }] }
  return {
    sent,
    sql: createTidegate({ ...options, region: 'fra' }, { driver, types }).session().sql,
  }
}

test('results have the shape that was asked for, and their types say so', async () => {
  const { sql } = begin()
  const rows = await sql<Post>`select id from post`
  expectTypeOf(rows).toEqualTypeOf<WithTide<Post[]>>()
  expect(rows).toEqual([{ id: 7 }])
  const plain = await sql.query('select id from post')
  expectTypeOf(plain).toEqualTypeOf<WithTide<ObjectRow[]>>()
  const full = await sql.query<Post>('select id from post', [], { fullResults: true })
  expectTypeOf(full).toEqualTypeOf<WithTide<FullResult<Post>>>()
  expect(full).toMatchObject({ rows: [{ id: 7 }], rowCount: 1, rowAsArray: false })
  const arrays = await sql.query('select id from post', [], { arrayMode: true })
  expectTypeOf(arrays).toEqualTypeOf<WithTide<ArrayRow[]>>()
  expect(arrays).toEqual([[7]])
  const both = await sql.query('select 1', [], { arrayMode: true, fullResults: true })
  expectTypeOf(both).toEqualTypeOf<WithTide<FullResult<ArrayRow>>>()
  expect(both).toMatchObject({ rows: [[7]], rowAsArray: true })
})

test('a narrower sql keeps the shape that it was given, and its type says so', async () => {
  const { sql } = begin()
  const arrays = sql.with({ arrayMode: true, freshness: 'any' })
  const rows = await arrays`select id from post`
  expectTypeOf(rows).toEqualTypeOf<WithTide<ArrayRow[]>>()
  expect(rows).toEqual([[7]])
  const full = await arrays.with({ fullResults: true }).query('select id from post')
  expectTypeOf(full).toEqualTypeOf<WithTide<FullResult<ArrayRow>>>()
  expect(full.rows).toEqual([[7]])
  expectTypeOf(sql.with({ freshness: 'strong' })).toEqualTypeOf<Sql>()
})

test('an option that there is not does not compile, nor does a value that has no meaning', () => {
  const { sql } = begin()
  const calls = (): unknown[] => [
    // @ts-expect-error -- a misspelt field
    sql.with({ freshnes: 'strong', route: 'primary' }),
    // @ts-expect-error -- a misspelt word
    sql.with({ freshness: 'Strong' }),
    // @ts-expect-error -- a misspelt field
    sql.query('select 1', [], { fulResults: true, arrayMode: true }),
    // @ts-expect-error -- a misspelt level
    sql.transaction([sql`select 1`], { isolationLevel: 'serializable' }),
    // @ts-expect-error -- rows are no query
    sql.transaction([[{ id: 1 }]]),
  ]
  expectTypeOf(calls).returns.toBeArray()
})

test('of a transaction each result has the type and the shape of its query', async () => {
  const { sql } = begin()
  const results = await sql.transaction([
    sql<Post>`select id from post`,
    sql.with({ arrayMode: true })`select id from post`,
    sql.query<Post>('select id from post', [], { fullResults: true }),
  ])
  const [posts, arrays, full] = results
  expectTypeOf(posts).toEqualTypeOf<WithTide<Post[]>>()
  expectTypeOf(arrays).toEqualTypeOf<WithTide<ArrayRow[]>>()
  expectTypeOf(full).toEqualTypeOf<WithTide<FullResult<Post>>>()
  expect([posts, arrays, full.rows]).toEqual([[{ id: 7 }], [[7]], [{ id: 7 }]])
  expect(results.tide.node).toBe('fra-1')

  const [first] = await sql.transaction((tx) => [tx<Post>`select id from post`])
  expectTypeOf(first).toEqualTypeOf<WithTide<Post[]>>()
  const asked = await sql.transaction(
    [sql<Post>`select id from post`, sql.query('select 1', [], { arrayMode: true })],
    { fullResults: true },
  )
  expectTypeOf(asked[0]).toEqualTypeOf<WithTide<FullResult<Post>>>()
  expect(asked).toMatchObject([{ rows: [{ id: 7 }] }, { rows: [[7]] }])
  const list: QueryPromise<WithTide<Post[]>>[] = [1, 2].map((id) => sql<Post>`select ${id} as id`)
  expectTypeOf((await sql.transaction(list))[0]).toEqualTypeOf<WithTide<Post[]> | undefined>()
})

test('of a transaction the strictest wish of its queries holds, by whatever way it was said', async () => {
  const { sql } = begin()
  const any = sql.with({ freshness: 'any' })
  const source = async (...args: Parameters<typeof sql.transaction>) =>
    (await sql.transaction(...args)).tide.source
  expect(await source([any`select 1`, any`select 2`])).toBe('replica')
  expect(await source([any`select 1`, sql.with({ freshness: 'strong' })`select 2`])).toBe('primary')
  expect(await source([sql.query('select 1', [], { freshness: 'strong' })])).toBe('primary')
  expect(await source([any`select 1`], { freshness: 'strong' })).toBe('primary')
  const strong = sql.query('select 1', [], { freshness: 'strong' })
  expect(await source([strong], { freshness: 'any' })).toBe('primary')
})

test('a query that ran in a transaction gives what it gave there, and does not run again', async () => {
  const { sent, sql } = begin()
  const insert = sql`insert into post values (7) returning id`
  const [inserted] = await sql.transaction([insert])
  expect(await insert).toBe(inserted)
  await expect(sql.transaction([insert])).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  const alone = sql`insert into post values (8)`
  await alone
  await expect(sql.transaction([alone])).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  expect(sent).toHaveLength(2)
})

test('a transaction that failed may be tried again with the same queries', async () => {
  const { sent, sql } = begin()
  const insert = sql`insert into post values (7)`
  await expect(sql.transaction([insert, sql`delete from fail`])).rejects.toThrow('failed')
  await sql.transaction([insert])
  expect(sent).toEqual(['insert into post values (7)'])
})

test('what is no list of queries is refused in words', async () => {
  const { sql } = begin()
  for (const wrong of ['sql`select 1`', '[["select 1"]]', 'async'] as const) {
    const given = {
      'sql`select 1`': sql`select 1`,
      '[["select 1"]]': [['select 1']],
      async: async (tx: Sql) => await Promise.resolve([tx`select 1`]),
    }[wrong]
    // @ts-expect-error -- as JavaScript may call it
    await expect(sql.transaction(given)).rejects.toMatchObject({
      code: 'STATEMENT_REFUSED',
      message: expect.stringContaining('list of queries'),
    })
  }
})

test('a query of sql.query stands in a template as its text, unless its numbers would be others', async () => {
  const { sent, sql } = begin()
  await sql`select (${sql.query('select 1')}), ${2}`
  expect(sent).toEqual(['select (select 1), $1'])
  expect(() => sql`select (${sql.query('select $1', [1])})`).toThrow(
    expect.objectContaining({ code: 'STATEMENT_REFUSED' }),
  )
})
