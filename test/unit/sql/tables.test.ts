import { expect, test } from 'vitest'

import { footprint, formatName } from '../../../src/sql/index.ts'

function read(sql: string): string {
  const { tables } = footprint(sql)
  return tables.read === 'unknown' ? 'unknown' : tables.read.map(formatName).toSorted().join(' ')
}

function written(sql: string): string {
  const { tables } = footprint(sql)
  return tables.written === 'unknown' ? 'unknown' : tables.written.map(formatName).join(' ')
}

test.for([
  ['select 1', ''],
  ['select * from a', 'a'],
  ['select * from A, "A"', '"A" a'],
  ['select * from s.a, db.s.b', 's.a s.b'],
  ['select * from only a as x (b, c), lateral (select * from d) y', 'a d'],
  ['select * from a left join b using (c) cross join d natural join e', 'a b d e'],
  ['select * from (a join (b join c on true) on a.x in (select x from d)) , e', 'a b c d e'],
  ['select * from a join b on a.x = array[b.x, b.y] and greatest(a, b), c', 'a b c'],
  [
    'select (select x from b) from a where exists (select from c) order by (select 1 from d)',
    'a b c d',
  ],
  ['table a union (select * from b) except values (1)', 'a b'],
  ['((select * from a) union select * from b) limit 1', 'a b'],
  ['select extract(year from x), trim(both from y) from a', 'a'],
  ['select a is distinct from b, a is not distinct from c from d', 'd'],
  ['select x distinct from d', 'd'],
  ['select * from generate_series(1, 2) with ordinality as g(a, b), c', 'c'],
  ['select * from rows from (unnest(x), unnest(y)) as z, a', 'a'],
  ['select * from a tablesample system (10) repeatable (1), b', 'a b'],
  ['select * from a "x y", b where c = d', 'a b'],
  ['select * from a for update of b', 'a'],
  ['select * from current_date, a', 'a'],
] as const)('%s reads %s', ([sql, tables]) => {
  expect(read(sql)).toBe(tables)
})

test.for([
  ['with a as (select * from b) select * from a', 'b'],
  ['with a as (select * from a) select * from a', 'a'],
  ['with recursive a as (select * from b union all select * from a) select * from a', 'b'],
  ['with a as (select 1), b as (select * from a) select * from b, c', 'c'],
  ['with a as (select * from b), b as (select 1) select * from a, b', 'b'],
  ['select * from (with a as (select 1) select * from a) x, a', 'a'],
  ['with a(x, y) as materialized (select * from b) select * from s.a, a', 'b s.a'],
  ['with recursive as (select 1) select * from recursive, b', 'b'],
  [
    'with recursive a as (select 1 union select 2 from a) search depth first by x, y set z, b as (select 3) select * from a, b, c',
    'c',
  ],
  [
    'with recursive a as (select 1 union select 2 from a) cycle x, y set z using p, b as (select 3) select * from a, b, c',
    'c',
  ],
] as const)(
  'names from WITH are no tables where they are in scope: %s reads %s',
  ([sql, tables]) => {
    expect(read(sql)).toBe(tables)
  },
)

test.for([
  ['insert into a (x) select x from b', 'b', 'a'],
  ['insert into s.a values (1) on conflict (x) do update set y = 1, z = 2', '', 's.a'],
  ['update only a set x = 1, y = (select 1 from c) from b where true', 'b c', 'a'],
  ['delete from a using b, c where a.x = b.x', 'b c', 'a'],
  ['merge into a using b on a.x = b.x when not matched then insert (x) values (1)', 'b', 'a'],
  ['with x as (delete from a returning *) insert into b select * from x, c', 'c', 'a b'],
  ['truncate table only a, s.b restart identity', '', 'a s.b'],
  ['truncate a cascade', 'unknown', 'unknown'],
  ['copy a (x) to stdout', 'a', ''],
  ['copy a from stdin', '', 'a'],
  ['copy (select * from a) to stdout', 'a', ''],
  ['explain update a set x = 1 from b', 'b', 'a'],
  ['drop table a', 'unknown', 'unknown'],
  ['select 1; delete from a using b', 'b', 'a'],
  ['select 1; vacuum', 'unknown', 'unknown'],
] as const)('%s reads %s and writes %s', ([sql, reads, writes]) => {
  expect(read(sql)).toBe(reads)
  expect(written(sql)).toBe(writes)
})

test('a function of unknown doing makes the tables unknown', () => {
  expect(read('select mine() from a')).toBe('unknown')
  expect(read('select lower(x) from a')).toBe('a')
})

test.for(['copy', 'copy $1 from stdin', 'copy . to stdout'])(
  'of a COPY that names none they are unknown: %s',
  (sql) => {
    expect(footprint(sql)).toMatchObject({ tables: { read: 'unknown', written: 'unknown' } })
  },
)
