import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { footprint } from '../../../src/sql/index.ts'
import { harmless, isPlainRead } from '../../../src/thin/plain-read.ts'

test.each([
  'select 1',
  'SELECT id, email FROM users WHERE id = $1 LIMIT 1',
  'select "id", "users"."name" from "users" where ("users"."id" = $1 and 1=1)',
  `select count(*) from orders where user_id = $1 and status = 'open'`,
  'select distinct a from b where c in (select d from e) or f not in ($1, $2)',
  'select a.id, coalesce(sum (b.n), 0) from a left join b using (id) group by a.id',
  'select $1::int as key, array_agg(value order by place) as held from member where key = $1',
  'select row_number() over (order by a), count(*) filter (where b > 0) from t group by a',
])('certainly a read: %s', (text) => {
  expect(isPlainRead(text)).toBe(true)
  expect(footprint(text).kind).toBe('read')
})

test.each([
  'insert into t values (1)',
  'with gone as (delete from t returning *) select * from gone',
  'select * from t for update',
  'select * into u from t',
  `select nextval('s')`,
  'select evil(1)',
  'select evil (1)',
  'select evil\n(1)',
  'select evil/**/(1)',
  'select "evil"(1)',
  'select "count" (1)',
  'select s.count(1)',
  'select s . count (1)',
  'select 1; delete from t',
  'select 1 -- (',
  'select * from evil(1)',
  'select größe(1)',
  'select over (1)',
  'select filter(1)',
  'select x operator(s.+) (1)',
  `select $$'$$, evil(1)`,
  'explain analyze delete from t',
  '',
])('not certain: %s', (text) => {
  expect(isPlainRead(text)).toBe(false)
})

const fragments =
  `a t $1 "x" 'q' , . = | 1 ::text [1] order from ( ( ( ) ) ) count lower over filter by
  values exists in row array evil "evil" größe operator where union select join using for update into with
  nextval limit cast extract as and not`.split(/\s+/)

test.each([...harmless])('what %s stands before cannot write', (word) => {
  const { functions, kind } = footprint(`select ${word}(a) from t`)
  // It is no function, or one that is known to be harmless.
  expect(functions.length === 0 || kind === 'read').toBe(true)
})

test('in whatever it calls a read there is no lock, no write and no function but these', () => {
  const parts = fc.array(fc.tuple(fc.constantFrom(...fragments), fc.constantFrom('', ' ', '\n')), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(parts, (list) => {
      const text = `select ${list.flat().join('')}`
      fc.pre(isPlainRead(text))
      const { functions, locks, tables } = footprint(text)
      expect(functions.filter((name) => !harmless.has(name))).toEqual([])
      expect(locks).toEqual([])
      expect(tables.written === 'unknown' ? [] : tables.written).toEqual([])
    }),
    { numRuns: 5_000 },
  )
})
