import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../infra/local/world.ts'
import { footprint, type Key } from '../../src/sql/index.ts'

/**
 * A key says that the answer depends only on the rows for which it holds. So: change every other row,
 * remove some, add some, and the answer must stay; change the key's own rows and some answer must not.
 */
const statements: readonly string[] = [
  'select * from items where id = 3',
  'select * from items where 3 = id order by name',
  'select * from items i where i.id = 3 and (i.kind = 1 or i.price > 5)',
  'select * from public.items where (public.items.id = 3 and price >= 0)',
  'select count(*), sum(price), max(name) from items where kind = 2',
  'select count(*) from items where kind = 2 having count(*) > 0',
  'select * from items where id in (1, 3, 5) order by id',
  'select * from items where kind in (1, 2) and id = 3',
  "select * from items where name = 'n4'",
  'select distinct kind from items where kind = 2',
  'select id, rank() over (order by price, id) from items where kind = 2 order by id',
  'select id, lag(id) over (order by id) from items where kind = 2 order by id limit 3',
  'select * from items where price between 0 and 1000 and id = 3',
  'select * from items where case when price > 0 and kind = 1 then true else true end and id = 3',
  'select * from items where not (kind = 9) and id = 3',
  'select id, generate_series(1, 2) from items where id = 3',
  'select array_agg(id order by id) from only items where kind = 2 limit 1',
  'select price from items where kind = 2 order by price desc, id fetch first 2 rows with ties',
  // No key may come of these: each looks at other rows as well.
  'select * from items where id = 3 or price > 0 order by id',
  'select * from items where kind = 5 and true or id > 0 order by id',
  'select * from items where not id = 3 order by id',
  'select *, (select max(price) from items) from items where id = 3',
  'select count(*) filter (where id = 3), count(*) from items',
  'select a.id from items a left join items b on b.id = 3 order by 1, b.id',
  'select * from items as i (kind, id) where id = 1 order by 1',
  'select (id = 3), count(*) from items group by id = 3 order by 1',
  'select 1 from items where id = 3 union all select id from items order by 1',
]

let world: World
let client: Client

beforeAll(async () => {
  world = await startWorld({ home: 'iad', regions: {} })
  client = await world.primary.connect()
  await client.query(`
    create table items (id int primary key, kind int, name text, price numeric);
    insert into items select n, (n - 1) % 3, 'n' || n, n * 10 from generate_series(1, 12) as n`)
})

afterAll(async () => {
  await world?.stop()
})

async function answer(sql: string): Promise<string> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  return JSON.stringify(rows)
}

/** The condition that a key stands for. */
function condition({ column, values }: Key): string {
  const literals = values.map((value) => ('literal' in value ? `'${value.literal}'` : 'null'))
  return `${column} in (${literals.join(', ')})`
}

/** Changes of the rows where `where` holds, of rows that come to hold nothing else, and of new ones. */
const changes = (where: string): string[] => [
  `update items set price = price + 1000 where ${where}`,
  `update items set name = name || 'x' where ${where}`,
  `update items set price = -price where ${where}`,
  `delete from items where ${where}`,
  `update items set id = id + 100 where ${where}`,
  `update items set kind = kind + 10 where ${where}`,
]

/** Which of the changes, each alone and taken back, changes the answer. */
async function changesAnswer(sql: string, where: string): Promise<string[]> {
  const before = await answer(sql)
  const seen: string[] = []
  for (const change of changes(where)) {
    await client.query('begin')
    await client.query(change)
    if ((await answer(sql)) !== before) seen.push(change)
    await client.query('rollback')
  }
  return seen
}

test.for(statements)('no change outside a key changes the answer: %s', async (sql) => {
  for (const key of footprint(sql).keys) {
    expect(await changesAnswer(sql, `not (${condition(key)})`)).toEqual([])
  }
})

test.for(statements.filter((sql) => footprint(sql).keys.length > 0))(
  'a change inside a key does: %s',
  async (sql) => {
    for (const key of footprint(sql).keys) {
      expect(await changesAnswer(sql, condition(key))).not.toEqual([])
    }
  },
)

test('a statement without a key has an answer that other rows change', async () => {
  const without = statements.filter((sql) => footprint(sql).keys.length === 0)
  expect(without.length).toBeGreaterThan(5)
  for (const sql of without) expect(await changesAnswer(sql, 'id <> 3')).not.toEqual([])
})
