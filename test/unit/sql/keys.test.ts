import { expect, test } from 'vitest'

import { footprint, type Key } from '../../../src/sql/index.ts'

const one = { parameter: 1 }
const id = (...values: Key['values']): Key => ({ column: 'id', values })

test.for<[string, readonly Key[]]>([
  ['select * from t where id = $1', [id(one)]],
  ['select * from t where $1 = id', [id(one)]],
  ['select * from t where t.id = 42', [id({ literal: '42' })]],
  ['select * from s.t where s.t.id = -42', [id({ literal: '-42' })]],
  ['select * from t as x where x.id = $1', [id(one)]],
  [`select * from "T" where "T"."id" = 'it''s'`, [id({ literal: "it's" })]],
  ['select * from t where id in ($1, 2, $3)', [id(one, { literal: '2' }, { parameter: 3 })]],
  ['select * from t where id = any($1)', [id({ elementsOf: 1 })]],
  ['select * from t where id = some ($1)', [id({ elementsOf: 1 })]],
  ['select count(*) from only t where (id = $1 and (a > 2 or b))', [id(one)]],
  [
    'select * from t where ((id = $1)) and name = $2 order by x limit 1',
    [{ column: 'name', values: [{ parameter: 2 }] }, id(one)],
  ],
  ['select * from t where a between 1 and 2 and id = $1', [id(one)]],
  ['select * from t where case when a or b and c then d end and id = $1', [id(one)]],
  ['select * from t where not a and id = $1 for read only', [id(one)]],
  ['(select * from t where id = $1)', [id(one)]],
  ['select distinct on (a) a, max(b) over () from t where id=-5', [id({ literal: '-5' })]],
])('%s depends on the rows of a key', ([sql, keys]) => {
  expect(footprint(sql).keys.toSorted((a, b) => b.column.localeCompare(a.column))).toEqual(
    keys.toSorted((a, b) => b.column.localeCompare(a.column)),
  )
})

test.for([
  ['no condition', 'select * from t'],
  ['an alternative', 'select * from t where id = $1 or a'],
  ['an alternative in brackets', 'select * from t where (id = $1 or id = $2)'],
  ['a negation', 'select * from t where not id = $1'],
  ['a negation of brackets', 'select * from t where not (id = $1)'],
  ['another comparison', 'select * from t where id > $1'],
  ['an exclusion', 'select * from t where id not in ($1)'],
  ['a comparison of a comparison', 'select * from t where id = $1 = true'],
  ['the end of a range', 'select * from t where a between 1 and id = 5'],
  ['a branch of CASE', 'select * from t where case when a and id = $1 and b then c end'],
  ['a cast of the value', 'select * from t where id = $1::int'],
  ['a cast of the column', 'select * from t where id::text = $1'],
  ['an expression', 'select * from t where id = $1 + 1'],
  ['a function', 'select * from t where lower(id) = $1'],
  ['a typed constant', "select * from t where id = date '2020-01-01'"],
  ['an escaped string', "select * from t where id = e'a'"],
  ['a number that may be spelt otherwise', 'select * from t where id = 42.0'],
  ['a hexadecimal number', 'select * from t where id = 0x1F'],
  ['a null', 'select * from t where id in ($1, null)'],
  ['a keyword that is a value', 'select * from t where current_user = $1'],
  ['another table', 'select * from t where u.id = $1'],
  ['the name behind an alias', 'select * from t x where t.id = $1'],
  ['another schema', 'select * from s.t where r.t.id = $1'],
  ['renamed columns', 'select * from t as x (a, id) where id = $1'],
  ['two tables', 'select * from t, u where id = $1'],
  ['an outer join', 'select * from t left join u on true where id = $1'],
  ['a function in FROM', 'select * from t, generate_series(1, 2) where id = $1'],
  ['a subquery', 'select *, (select max(a) from t) from t where id = $1'],
  ['a subquery in FROM', 'select * from (select * from t) t where id = $1'],
  ['a set operation', 'select * from t where id = $1 union select 2'],
  ['a WITH query', 'with x as (select 1) select * from t where id = $1'],
  ['GROUP BY', 'select a from t where id = $1 group by a'],
  ['HAVING alone', 'select count(*) from t having id = $1'],
  ['FILTER alone', 'select count(*) filter (where id = $1) from t'],
  ['a write', 'update t set a = 1 where id = $1'],
  ['a row lock', 'select * from t where id = $1 for update'],
  ['EXPLAIN', 'explain select * from t where id = $1'],
  ['several statements', 'select * from t where id = $1; select 1'],
  ['an operator of its own', 'select * from t where id operator(pg_catalog.=) $1'],
] as const)('%s proves no key: %s', ([, sql]) => {
  expect(footprint(sql).keys).toEqual([])
})
