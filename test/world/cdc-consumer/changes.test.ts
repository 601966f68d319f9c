/**
 * Every kind of change raises the tags of what it touches, and no other, wherever the WAL is read:
 * at home, on a region's standby, on a region's subscriber.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let home: RegionConsumer
let standby: RegionConsumer
let subscriber: RegionConsumer

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    distanceScale: 0,
    schema: withSetup(`
      create table note (id int primary key, body text);
      create table pair (a int, b text, primary key (a, b));
      create table owned (id int primary key, owner text);
      create table full_owned (id int primary key, owner text);
      alter table full_owned replica identity full;
      create table indexed (id int primary key, owner text not null);
      create unique index by_owner on indexed (owner, id);
      alter table indexed replica identity using index by_owner;
      create table keyless (id int, body text);
      create table long (id text primary key, body text, n int);
      alter table long alter body set storage external;
      create table part (id int primary key, body text) partition by range (id);
      create table part_low partition of part for values from (0) to (100);
      create table part_high partition of part for values from (100) to (200);
      create table elder (id int primary key, body text);
      create table younger (primary key (id)) inherits (elder);
      create table doubled (id int primary key, n int, twice int generated always as (n * 2) stored);
      create schema "Other schema";
      create table "Other schema"."Größe #1" ("Schlüssel" text primary key, n int);
      create table many (id int primary key, n int);
      create table parent (id int primary key);
      create table child (id int primary key, parent int references parent on delete cascade)`),
  })
  const options = { keys: { owned: ['owner'], full_owned: ['owner'], indexed: ['owner'] } }
  home = await RegionConsumer.started(world, world.primary, { ...options, maxRowTags: 50 })
  standby = await RegionConsumer.started(world, nodeIn(world, 'fra', 'standby'), {
    ...options,
    maxRowTags: 50,
  })
  subscriber = await RegionConsumer.started(world, nodeIn(world, 'syd', 'subscriber'), {
    ...options,
    maxRowTags: 50,
  })
})

afterAll(async () => {
  for (const consumer of [home, standby, subscriber]) await consumer?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function raisedBy(sql: string, candidates: readonly string[]): Promise<string[][]> {
  const before = await position()
  await world.primary.query(sql)
  const after = await position()
  const all = [home, standby, subscriber]
  await Promise.all(all.map(async (consumer) => await consumer.horizon(after)))
  return await Promise.all(
    all.map(async (consumer) => {
      const tags = await consumer.tags(candidates)
      return candidates.filter((tag) => (tags.get(tag)?.lsn ?? 0n) > before)
    }),
  )
}

async function position(): Promise<Lsn> {
  return await world.primary.position()
}

interface Case {
  readonly name: string
  readonly before?: string
  readonly sql: string
  readonly raises: readonly string[]
  readonly leaves?: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'an insert raises the table and the row',
    sql: `insert into note values (1, 'a')`,
    raises: ['public.note', 'public.note#id=1'],
    leaves: ['public.note#id=2', 'public.note#*', 'public.pair'],
  },
  {
    name: 'an update of another column raises the row',
    before: `insert into note values (2, 'a'), (3, 'a')`,
    sql: `update note set body = 'b' where id = 2`,
    raises: ['public.note', 'public.note#id=2'],
    leaves: ['public.note#id=3', 'public.note#*'],
  },
  {
    name: 'an update of the key raises the old row and the new',
    before: `insert into note values (4, 'a')`,
    sql: 'update note set id = 5 where id = 4',
    raises: ['public.note', 'public.note#id=4', 'public.note#id=5'],
    leaves: ['public.note#*'],
  },
  {
    name: 'a delete raises the row',
    before: `insert into note values (6, 'a')`,
    sql: 'delete from note where id = 6',
    raises: ['public.note', 'public.note#id=6'],
    leaves: ['public.note#*'],
  },
  {
    name: 'a TRUNCATE raises the table and every row',
    sql: 'truncate note',
    raises: ['public.note', 'public.note#*'],
    leaves: ['public.pair'],
  },
  {
    name: 'each column of a composite key has its tag',
    sql: `insert into pair values (1, 'x=y#z')`,
    raises: ['public.pair', 'public.pair#a=1', 'public.pair#b=x=y#z'],
    leaves: ['public.pair#*'],
  },
  {
    name: 'without old values a change outside the identity stands for every row',
    before: `insert into owned values (1, 'ann')`,
    sql: `update owned set owner = 'bob'`,
    raises: ['public.owned', 'public.owned#*'],
  },
  {
    name: 'an insert tells all values, so it needs no identity',
    sql: `insert into owned values (2, 'cid')`,
    raises: ['public.owned', 'public.owned#id=2', 'public.owned#owner=cid'],
    leaves: ['public.owned#*'],
  },
  {
    name: 'under REPLICA IDENTITY FULL old and new values have their tags',
    before: `insert into full_owned values (1, 'ann')`,
    sql: `update full_owned set owner = 'bob'`,
    raises: [
      'public.full_owned',
      'public.full_owned#id=1',
      'public.full_owned#owner=ann',
      'public.full_owned#owner=bob',
    ],
    leaves: ['public.full_owned#*'],
  },
  {
    name: 'under the identity of an index its columns have their tags',
    before: `insert into indexed values (1, 'ann')`,
    sql: `update indexed set owner = 'bob'`,
    raises: [
      'public.indexed',
      'public.indexed#id=1',
      'public.indexed#owner=ann',
      'public.indexed#owner=bob',
    ],
    leaves: ['public.indexed#*'],
  },
  {
    name: 'a table without a key has the table’s tag alone',
    sql: `insert into keyless values (1, 'a')`,
    raises: ['public.keyless'],
    leaves: ['public.keyless#*', 'public.keyless#id=1'],
  },
  {
    name: 'a long value that was not changed hides no tag',
    before: `insert into long values ('k', repeat('x', 10000), 0)`,
    sql: 'update long set n = 1',
    raises: ['public.long', 'public.long#id=k'],
    leaves: ['public.long#*'],
  },
  {
    name: 'a key too long for a tag stands for every row',
    sql: `insert into long values (repeat('k', 300), '', 0)`,
    raises: ['public.long', 'public.long#*'],
  },
  {
    name: 'a row of a partition raises the root’s tags',
    sql: `insert into part values (1, 'a'), (101, 'b')`,
    raises: ['public.part', 'public.part#id=1', 'public.part#id=101'],
    leaves: ['public.part#*', 'public.part_low'],
  },
  {
    name: 'a row that moves to another partition raises both its keys',
    before: `insert into part values (2, 'a')`,
    sql: 'update part set id = 102 where id = 2',
    raises: ['public.part', 'public.part#id=2', 'public.part#id=102'],
    leaves: ['public.part#*'],
  },
  {
    name: 'a TRUNCATE of a leaf raises the root',
    sql: 'truncate part_low',
    raises: ['public.part', 'public.part#*'],
  },
  {
    name: 'a TRUNCATE of a root raises it',
    sql: 'truncate part',
    raises: ['public.part', 'public.part#*'],
  },
  {
    name: 'a row of an inheriting table shows in its parent',
    sql: `insert into younger values (7, 'a')`,
    raises: ['public.younger', 'public.younger#id=7', 'public.elder', 'public.elder#id=7'],
    leaves: ['public.elder#*'],
  },
  {
    name: 'generated columns do not shift the others',
    before: 'insert into doubled values (1, 1)',
    sql: 'update doubled set n = 2',
    raises: ['public.doubled', 'public.doubled#id=1'],
    leaves: ['public.doubled#*'],
  },
  {
    name: 'names that need quotes, and values in any script',
    sql: `insert into "Other schema"."Größe #1" values ('größer 🐟', 1)`,
    raises: ['"Other schema"."Größe #1"', '"Other schema"."Größe #1"#Schlüssel=größer 🐟'],
    leaves: ['"Other schema"."Größe #1"#*'],
  },
  {
    name: 'past a number of rows of one table, #* stands for all',
    sql: `insert into many select g, 0 from generate_series(1, 51) g; `,
    raises: ['public.many', 'public.many#*'],
    leaves: ['public.many#id=1', 'public.many#id=51'],
  },
  {
    name: 'up to that number each row is told',
    sql: 'update many set n = 1 where id <= 50',
    raises: ['public.many', 'public.many#id=1', 'public.many#id=50'],
    leaves: ['public.many#*', 'public.many#id=51'],
  },
  {
    name: 'rows that a foreign key removes are told like any other',
    before: 'insert into parent values (1); insert into child values (7, 1)',
    sql: 'delete from parent',
    raises: ['public.parent', 'public.parent#id=1', 'public.child', 'public.child#id=7'],
    leaves: ['public.child#*'],
  },
]

test.each(cases)('$name', async ({ before, sql, raises, leaves = [] }) => {
  if (before) await world.primary.query(before)
  const [atHome, onStandby, onSubscriber] = await raisedBy(sql, [...raises, ...leaves])
  expect({ atHome, onStandby, onSubscriber }).toEqual({
    atHome: raises,
    onStandby: raises,
    onSubscriber: raises,
  })
})

test('what is rolled back raises nothing', async () => {
  const sql = `begin; insert into note values (90, 'a'); rollback`
  expect(await raisedBy(sql, ['public.note', 'public.note#id=90'])).toEqual([[], [], []])
})

test('what Tidegate keeps for itself has no tags', async () => {
  const sql = `select pg_logical_emit_message(true, 'other', 'x')`
  expect(await raisedBy(sql, ['tidegate.tide', 'tidegate.tide#one=t'])).toEqual([[], [], []])
})

test('marks carry the position and, where it is told, the transaction of home', async () => {
  const client = await world.primary.connect()
  await client.query('begin')
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  await client.query(`insert into note values (91, 'a'); commit`)
  const after = await position()
  const marks = await Promise.all(
    [home, standby, subscriber].map(async (consumer) => {
      await consumer.horizon(after)
      return (await consumer.tags(['public.note#id=91'])).get('public.note#id=91')
    }),
  )
  const xid = BigInt(rows[0]?.xid ?? 0)
  expect(marks.map((mark) => mark?.xid)).toEqual([xid, xid, 0xffff_ffff_ffff_ffffn])
  expect(new Set(marks.map((mark) => mark?.lsn)).size).toBe(1)
})
