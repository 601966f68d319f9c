/**
 * What changes the answer of a query and is not told by pgoutput. Each of these needs another way
 * to the tide table, or makes its table uncacheable.
 *
 * @see https://www.postgresql.org/docs/18/logical-replication-restrictions.html
 */
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { type Change, UNCHANGED } from '../../support/pgoutput.ts'

let world: World
let primary: PostgresNode

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
  primary = world.primary
  await primary.query(
    'create publication roots for all tables with (publish_via_partition_root = true)',
  )
})

afterAll(async () => await world?.stop())

/** What is told of a change by a publication of leaves, and by one of partition roots. */
async function told(statements: string): Promise<{ leaves: Change[]; roots: Change[] }> {
  await using slot = await LogicalSlot.on(primary)
  await primary.query(statements)
  async function changes(publication: string): Promise<Change[]> {
    return (await slot.transactions({ publication })).flatMap((each) => each.changes)
  }
  return { leaves: await changes('tidegate'), roots: await changes('roots') }
}

/** A table with the partitions `…_low` and `…_high`, and a row in each. */
async function partitioned(name: string): Promise<void> {
  await primary.query(`
    create table ${name} (id int primary key, body text) partition by range (id);
    create table ${name}_low partition of ${name} for values from (0) to (100);
    create table ${name}_high partition of ${name} for values from (100) to (200);
    insert into ${name} values (1, 'low'), (101, 'high')`)
}

const nothing = { leaves: [], roots: [] }

test('TRUNCATE of a leaf is told by its own name only', async () => {
  await partitioned('leaf_truncated')

  expect(await told('truncate leaf_truncated_low')).toEqual({
    leaves: [{ kind: 'truncate', tables: ['leaf_truncated_low'] }],
    roots: [],
  })
})

test('TRUNCATE of a root is told as one of every leaf, or of the root', async () => {
  await partitioned('root_truncated')
  const { leaves, roots } = await told('truncate root_truncated')

  expect(leaves).toEqual([
    {
      kind: 'truncate',
      tables: expect.toSatisfy(
        (tables: readonly string[]) =>
          tables.toSorted().join() === 'root_truncated_high,root_truncated_low',
      ),
    },
  ])
  expect(roots).toEqual([{ kind: 'truncate', tables: ['root_truncated'] }])
})

test('a row change in a partition is told by the leaf’s name, or by the root’s', async () => {
  await partitioned('changed')
  const { leaves, roots } = await told(`insert into changed values (2, 'new')`)

  expect(leaves).toMatchObject([{ kind: 'insert', table: 'changed_low' }])
  expect(roots).toMatchObject([{ kind: 'insert', table: 'changed' }])
})

test('a row that moves to another partition is told as deleted and inserted', async () => {
  await partitioned('moved')
  const { leaves, roots } = await told('update moved set id = 102 where id = 1')

  expect(leaves).toMatchObject([
    { kind: 'delete', table: 'moved_low', before: { values: { id: '1' } } },
    { kind: 'insert', table: 'moved_high', new: { id: '102' } },
  ])
  expect(roots).toMatchObject([
    { kind: 'delete', table: 'moved', before: { values: { id: '1' } } },
    { kind: 'insert', table: 'moved', new: { id: '102' } },
  ])
})

test.each([
  ['DETACH PARTITION', 'alter table silent detach partition silent_low'],
  ['DROP of a partition with rows in it', 'drop table silent_low'],
  ['DROP of a table with rows in it', 'drop table silent'],
  [
    'a change of type that computes new values',
    `alter table silent alter body type text using 'rewritten'`,
  ],
  ['a new column with a default', `alter table silent add extra text default 'given'`],
  ['a renamed column', 'alter table silent rename body to text'],
  ['a dropped column', 'alter table silent drop body'],
  ['row-level security', 'alter table silent enable row level security'],
])('%s is not told', async (_, statement) => {
  await partitioned('silent')

  expect(await told(statement)).toEqual(nothing)

  await primary.query('drop table if exists silent, silent_low, silent_high')
})

test('ATTACH PARTITION is not told', async () => {
  await partitioned('attached')
  await primary.query(`create table attached_more (like attached including all)`)
  await primary.query(`insert into attached_more values (201, 'more')`)

  expect(
    await told(
      'alter table attached attach partition attached_more for values from (200) to (300)',
    ),
  ).toEqual(nothing)
})

test('unlogged tables, materialized views and sequences are not told', async () => {
  await primary.query(`create unlogged table scratch (id int primary key);
                       create table base (id int primary key);
                       create materialized view copy as select * from base;
                       create sequence counter`)

  expect(await told('insert into scratch values (1)')).toEqual(nothing)
  expect(await told(`select nextval('counter')`)).toEqual(nothing)
  await primary.query('insert into base values (1)')
  expect(await told('refresh materialized view copy')).toEqual(nothing)
})

test('the old value of a column outside the key is told under REPLICA IDENTITY FULL only', async () => {
  await primary.query(`create table owned (id int primary key, owner text);
                       insert into owned values (1, 'ann')`)
  const { leaves: byKey } = await told(`update owned set owner = 'bob'`)
  expect(byKey).toEqual([{ kind: 'update', table: 'owned', new: { id: '1', owner: 'bob' } }])

  const { leaves: keyChanged } = await told('update owned set id = 2')
  expect(keyChanged).toMatchObject([
    { before: { part: 'key', values: { id: '1', owner: null } }, new: { id: '2', owner: 'bob' } },
  ])
  const { leaves: deleted } = await told('delete from owned')
  expect(deleted).toEqual([
    { kind: 'delete', table: 'owned', before: { part: 'key', values: { id: '2', owner: null } } },
  ])

  await primary.query(
    `alter table owned replica identity full; insert into owned values (1, 'ann')`,
  )
  const { leaves: byRow } = await told(`update owned set owner = 'bob'`)
  expect(byRow).toMatchObject([{ before: { part: 'row', values: { id: '1', owner: 'ann' } } }])
})

test('a replica identity of another index tells that index’s old values', async () => {
  await primary.query(`create table indexed (id int primary key, owner text not null);
                       create unique index by_owner on indexed (owner, id);
                       alter table indexed replica identity using index by_owner;
                       insert into indexed values (1, 'ann')`)

  const { leaves } = await told(`update indexed set owner = 'bob'`)

  expect(leaves).toMatchObject([{ before: { part: 'key', values: { id: '1', owner: 'ann' } } }])
})

test('a long value that was not changed is not told', async () => {
  await primary.query(`create table long (id int primary key, body text, n int);
                       alter table long alter body set storage external;
                       insert into long values (1, repeat('x', 10000), 0)`)

  const { leaves } = await told('update long set n = 1')

  expect(leaves).toMatchObject([{ new: { id: '1', body: UNCHANGED, n: '1' } }])
})

test('rows that a foreign key changes are told like any other', async () => {
  await primary.query(`create table parent (id int primary key);
                       create table child (id int primary key,
                                           parent int references parent on delete cascade);
                       insert into parent values (1); insert into child values (7, 1)`)

  const { leaves } = await told('delete from parent')

  expect(leaves).toMatchObject([
    { kind: 'delete', table: 'parent', before: { values: { id: '1' } } },
    { kind: 'delete', table: 'child', before: { values: { id: '7' } } },
  ])
})

test('a published table without a replica identity refuses updates and deletes', async () => {
  await primary.query('create table keyless (id int); insert into keyless values (1)')

  await expect(primary.query('update keyless set id = 2')).rejects.toMatchObject({ code: '55000' })
  await expect(primary.query('delete from keyless')).rejects.toMatchObject({ code: '55000' })
})

test('a message outside transactions is told even when its transaction is rolled back', async () => {
  await using slot = await LogicalSlot.on(primary)
  await primary.query(`begin;
                       select pg_logical_emit_message(false, 'tidegate', 'told', true);
                       rollback`)

  expect(await slot.messages()).toEqual([{ kind: 'emitted', prefix: 'tidegate', content: 'told' }])
})

test('it is told before the transaction that it was sent in, out of commit order', async () => {
  await using slot = await LogicalSlot.on(primary)
  await primary.query(`begin;
                       select pg_logical_emit_message(true, 'tidegate', 'inside');
                       select pg_logical_emit_message(false, 'tidegate', 'aside');
                       commit`)

  const kinds = (await slot.messages()).map(({ kind }) => kind)
  expect(kinds).toEqual(['emitted', 'begin', 'message', 'commit'])
})

test('an event trigger tells of DDL, among the changes of its transaction', async () => {
  await primary.query(`
    create function tell_ddl() returns event_trigger language plpgsql as $$ begin
      perform pg_logical_emit_message(true, 'tidegate.ddl', tg_event || ' ' || tg_tag);
    end $$;
    create event trigger tell_end on ddl_command_end execute function tell_ddl();
    create event trigger tell_drop on sql_drop execute function tell_ddl()`)
  await partitioned('watched')
  const { leaves } = await told(`begin;
    insert into watched values (2, 'before');
    alter table watched detach partition watched_low;
    insert into watched values (102, 'after');
    drop table watched_low;
    commit`)
  await primary.query('drop event trigger tell_end; drop event trigger tell_drop')

  expect(leaves).toMatchObject([
    { kind: 'insert', new: { body: 'before' } },
    { kind: 'message', content: 'ddl_command_end ALTER TABLE' },
    { kind: 'insert', new: { body: 'after' } },
    { kind: 'message', content: 'sql_drop DROP TABLE' },
    { kind: 'message', content: 'ddl_command_end DROP TABLE' },
  ])
})
