import { expect, test } from 'vitest'

import { footprint } from '../../../src/sql/index.ts'

test.for([
  'select 1',
  'select * from a, b where a.x = b.y',
  'select lower(name), count(*), sum(x) over (order by y) from a group by 1',
  'select json_agg(json_build_object($$k$$, v)), to_char(at, $$YYYY$$) from a',
  "select * from a where title = 'nowhere' or at > '2020-01-01'::date",
  'with x as (select * from a) select coalesce(b, nullif(c, 1)) from x',
])('%s may be cached', (sql) => {
  expect(footprint(sql)).toMatchObject({ cacheable: true, uncacheable: undefined })
})

test.for([
  ['select now()', 'it calls now, whose answer varies'],
  ['select age(at) from a', 'it calls age, whose answer varies'],
  ['select random()', 'it calls random, whose answer varies'],
  ['select * from a where at > current_date', 'CURRENT_DATE differs by time or by user'],
  ['select current_user', 'CURRENT_USER differs by time or by user'],
  ['select * from current_timestamp(3)', 'CURRENT_TIMESTAMP differs by time or by user'],
  ["select * from a where at > 'today'", 'a constant in it may stand for the current time'],
  ['select $$ Yesterday 10:00 $$::timestamp', 'a constant in it may stand for the current time'],
  ['select * from a tablesample system (1)', 'TABLESAMPLE gives other rows each time'],
  ['select * from pg_class', 'it reads pg_class, a system catalog'],
  [
    'select * from information_schema.tables',
    'it reads information_schema.tables, a system catalog',
  ],
  ['explain select 1', 'EXPLAIN answers for the node it runs on'],
  ['show work_mem', 'SHOW answers for the node it runs on'],
  ['copy a to stdout', 'COPY is a stream'],
  ['select pg_backend_pid()', 'it calls pg_backend_pid, which answers for the node it runs on'],
  ['select mine()', 'it is not a read'],
  ['select * from a for update', 'it is not a read'],
  ['select 1; select 2', 'it is several statements'],
  ['', 'there is nothing to run'],
] as const)('%s may not be cached: %s', ([sql, uncacheable]) => {
  expect(footprint(sql)).toMatchObject({ cacheable: false, uncacheable })
})

test.for([
  'select pg_is_in_recovery()',
  'select pg_last_wal_replay_lsn()',
  'select * from pg_stat_activity',
  'select * from pg_catalog.pg_locks',
  'show all',
  'select 1; select pg_is_in_recovery()',
])('%s answers for the node it runs on', (sql) => {
  expect(footprint(sql)).toMatchObject({ kind: 'read', local: true })
})

test.for(['select * from pg_class', 'select now()', 'select * from app.pg_locks_copy'])(
  '%s answers alike on every node',
  (sql) => {
    expect(footprint(sql).local).toBe(false)
  },
)
