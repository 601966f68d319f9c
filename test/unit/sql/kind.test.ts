import { describe, expect, test } from 'vitest'

import { footprint, type Kind } from '../../../src/sql/index.ts'

/** Statements under the kind that they must have. */
const cases: readonly (readonly [what: string, kind: Kind, statements: readonly string[]])[] = [
  [
    'queries that change nothing',
    'read',
    [
      'select 1',
      'SELECT * FROM users WHERE id = $1',
      '((select 1) union (select 2)) order by 1',
      'values (1), (2)',
      'table users',
      'with a as (select 1) table a',
      'select * from t for read only',
      'select 1;',
    ],
  ],
  [
    'keywords that are names here',
    'read',
    [
      'select t.update, t.delete, t.for, t.into from t',
      'select 1 as update, 2 as into, 3 as "for"',
      'select * from t update',
      'select update, insert, share from t',
      'select substring(a from 1 for 2), overlay(a placing b from 1 for 2) from t',
      'select "nextval" from "for update"',
    ],
  ],
  [
    'text in quotes and comments that looks like more',
    'read',
    [
      "select 'nextval(''s'') for update'",
      'select $$ ; delete from t $$, $a$ $$ nextval($b$) $a$',
      "select e'\\'; delete from t --'",
      "select e'a'\n'\\' for update'",
      'select 1 /* /* nested */ for update */',
      'select 1 -- nextval(1)',
      "select U&'\\0061' || N'x' || B'1' || X'1F'",
      'select a$b$c from t',
    ],
  ],
  [
    'row locks, wherever they stand',
    'write',
    [
      'select * from t for update',
      'select * from t for no key update of t nowait',
      'select * from t for share',
      'select * from t for key share skip locked',
      'select * from (select * from t for update) x',
      'with a as (select * from t for update) select 1',
      'select * from t for read only for update',
      'select * from t limit 1 for update',
      'select * from t for/**/update',
    ],
  ],
  [
    'changes inside queries',
    'write',
    [
      'with a as (insert into t values (1) returning *) select * from a',
      'with a as (delete from t returning *) select * from a',
      'with a as (update t set b = 1 returning *) select * from a',
      'with a as (merge into t using s on true when matched then delete returning *) table a',
      'with a as not materialized (with b as (select 1) insert into t table b) select 1',
      'with a as (select 1) insert into t select * from a',
      'select * into new_table from t',
      'select 1 into temp new_table',
    ],
  ],
  [
    'functions that are not known to only read',
    'write',
    [
      "select nextval('s')",
      `select "nextval"('s')`,
      "select pg_catalog.nextval('s')",
      "select pg_catalog . nextval /* c */ ('s')",
      "select NEXTVAL\n('s')",
      'select mine()',
      'select app.lower(x) from t',
      'select "Lower"(x) from t',
      'select * from t, mine(t.a)',
      'select * from rows from (mine(1)) as x(a int)',
      'select * from t tablesample mine (1)',
      'select * from a join b on conflict(a.x, b.x)',
      'select over(1), filter(2), columns(3)',
      'select 1 operator(app.+) 2',
      "select query_to_xml('select 1', true, true, '')",
      'select txid_current()',
      'select pg_advisory_xact_lock(1)',
    ],
  ],
  [
    'what belongs to one connection',
    'session',
    [
      'set a = 1',
      'set local a = 1',
      'reset all',
      'discard all',
      'prepare p as select 1',
      'execute p',
      'deallocate p',
      'declare c cursor for select 1',
      'fetch c',
      'close c',
      'listen c',
      'unlisten *',
      "load 'x'",
      'create temp table t (a int)',
      'create or replace local temporary view v as select 1',
      "select currval('s')",
      'select lastval()',
      'select pg_advisory_lock(1)',
      "select set_config('a', 'b', false)",
      'select * from pg_temp.t',
      'set session characteristics as transaction read only',
      'set a = 1; select 2',
    ],
  ],
  [
    'transaction control',
    'transaction',
    [
      'begin',
      'begin read only',
      'start transaction',
      'commit',
      'end',
      'rollback to savepoint a',
      'abort',
      'savepoint a',
      'release a',
      "prepare transaction 'x'",
      'set transaction read only',
      'set constraints all deferred',
      'begin; select 1; commit',
    ],
  ],
  ['nothing at all', 'empty', ['', ' \n\t', '-- nothing', '/* nothing */', ';', ' ; ; ']],
  [
    'EXPLAIN, which only plans',
    'read',
    [
      'explain select 1',
      'explain delete from t',
      'explain insert into t values (1) on conflict (a) do update set (b, c) = (1, 2)',
      'explain (analyze false) delete from t',
      'explain (ANALYZE OFF, verbose) delete from t',
      "explain (analyze '0') delete from t",
      'explain verbose select * from t for update',
      "explain select nextval('s')",
      'explain create table n as select 1',
      'explain (select 1)',
      'explain analyze select 1',
      'explain (analyze) select 1',
    ],
  ],
  [
    'EXPLAIN that runs the statement, or whose plan may',
    'write',
    [
      'explain analyze delete from t',
      'explain analyse verbose delete from t',
      'explain (analyze) delete from t',
      'explain (verbose, analyze true) delete from t',
      'explain ("analyze" on) delete from t',
      'explain (analyze maybe) delete from t',
      'explain (analyze false, analyze) delete from t',
      'explain analyze create table n as select 1',
      'explain select * from t where id = txid_current()',
      'explain select mine()',
      'explain vacuum',
      'explain explain select 1',
    ],
  ],
  [
    'COPY that only reads',
    'read',
    [
      'copy t to stdout',
      'copy a.t (b, c) to stdout with (format csv)',
      'copy (select 1) to stdout',
    ],
  ],
  [
    'COPY that does more',
    'write',
    [
      'copy t from stdin',
      "copy t to '/x'",
      "copy t to program 'x'",
      'copy (insert into t values (1) returning *) to stdout',
      'copy (select * from t for update) to stdout',
      "copy (select nextval('s')) to stdout",
      'copy',
      'copy (select 1)',
    ],
  ],
  [
    'everything else',
    'write',
    [
      'insert into t values (1)',
      'update t set a = 1',
      'delete from t',
      'merge into t using s on true when matched then do nothing',
      'truncate t',
      'create table t (a int)',
      'create function f() returns int begin atomic select 1; select 2; end',
      'alter table t add b int',
      'drop table t',
      'grant select on t to r',
      'vacuum',
      'analyze t',
      'lock t',
      'call p()',
      'do $$ begin end $$',
      'notify c',
      'checkpoint',
      'refresh materialized view v',
      'no such statement',
      'selec 1',
      '1',
      '$1',
    ],
  ],
  [
    'texts that do not end, or are no SQL',
    'write',
    [
      "select 'a",
      'select "a',
      'select $a$ b',
      'select $a',
      'select /* /* */',
      "select e'a\\'",
      'select (1',
      'select 1)',
      'select (1]',
      'select (select 1; select 2)',
      'select \\ 1',
      'select {1}',
      'select\u00A01',
    ],
  ],
  [
    'several statements, of which one changes something',
    'write',
    ["select 1; select nextval('s')", 'begin; delete from t; commit', 'set a = 1; delete from t'],
  ],
]

describe.for(cases)('%s', ([, kind, statements]) => {
  test.for(statements)(`is ${kind}: %s`, (sql) => {
    expect(footprint(sql)).toMatchObject({ kind })
  })
})

test('the reason names what decided, and never a literal', () => {
  const reasons = [
    "select nextval('secret')",
    "select * from t where a = 'secret' for update",
    "insert into t values ('secret')",
    "secret 'secret'",
    "select 'secret",
    "set a = 'secret'",
  ].map((sql) => footprint(sql).reason)
  expect(reasons).toEqual([
    'it calls nextval, which does more than read or needs the primary',
    'FOR UPDATE locks rows',
    'INSERT changes rows',
    'what its first word asks for is not certain to only read',
    'a quotation or a comment in it does not end',
    'SET belongs to one connection',
  ])
})

test('statements are counted, a function body in SQL as part of its own', () => {
  const body = 'create function f() returns int begin atomic select case when true then 1 end; end'
  expect(footprint('select 1').statements).toBe(1)
  expect(footprint('select 1; select 2;').statements).toBe(2)
  expect(footprint(`${body}; select 3`).statements).toBe(2)
  expect(footprint(';').statements).toBe(0)
})

test('locks, EXPLAIN and COPY are told apart', () => {
  expect(footprint('select * from t for update of a for key share').locks).toEqual([
    'update',
    'key share',
  ])
  expect(footprint('explain select 1').explain).toBe('plan')
  expect(footprint('explain (analyze) select 1').explain).toBe('analyze')
  expect(footprint('copy t to stdout').copy).toBe('to')
  expect(footprint('copy t from stdin').copy).toBe('from')
})

test('functions are listed once, with the schema that the text gives them', () => {
  const { functions } = footprint('select lower(a), LOWER(b), app.f(1), pg_catalog.upper(c) from t')
  expect(functions).toEqual(['lower', 'app.f', 'upper'])
})
