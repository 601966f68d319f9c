/** What is read of the schema, and what a change to it does: the catalog anew, above a floor. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { undoSql } from '../../../cdc-consumer/setup/setup-sql.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type KnownCatalog, readPublishedCatalog } from '../../../src/cache/published-catalog.ts'
import { footprint } from '../../../src/sql/index.ts'
import { RegionConsumer, TOLD } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { HeldCommits } from '../../support/held-commits.ts'

let world: World
let consumer: RegionConsumer

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    distanceScale: 0,
    schema: withSetup(`
      create table note (id int primary key, body text, price numeric, owner text);
      create table priced (price numeric primary key);
      create table part (id int primary key, body text) partition by range (id);
      create table part_low partition of part for values from (0) to (100);
      create view plain as select id, body from note where id > 0;
      create view nested as select plain.id, part.body from plain join part using (id);
      create view timed as select *, now() as at from note;
      create sequence counter;
      create view counting as select nextval('counter') from note;
      create materialized view copied as select * from note;
      create unlogged table scratch (id int primary key);
      create table mine (id int primary key, who text);
      alter table mine enable row level security;
      create function pure(int) returns int language sql immutable as 'select $1';
      create function peeks(int) returns bigint language sql stable as 'select count(*) from note';
      create function acts(int) returns int language plpgsql as 'begin return 1; end'`),
  })
  consumer = await RegionConsumer.started(world, world.primary, { keys: { note: ['owner'] } })
})

afterAll(async () => {
  await consumer?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function catalog(): Promise<KnownCatalog> {
  return readPublishedCatalog((await consumer.table.readCatalog())?.json ?? '')
}

test('tables have their keys, of types whose values are equal as text', async () => {
  const { relation } = await catalog()
  const note = relation({ name: 'note' })
  expect(note).toMatchObject({ kind: 'table', keys: ['id', 'owner'] })
  expect(note?.keyTypes).toEqual(
    new Map([
      ['id', 'int4'],
      ['owner', 'text'],
    ]),
  )
  expect(relation({ name: 'priced' })?.keys).toEqual([])
})

test('partitions and views are read as the tables whose changes show in them', async () => {
  const { relation } = await catalog()
  const part = { schema: 'public', name: 'part' }
  const note = { schema: 'public', name: 'note' }
  expect(relation({ name: 'part_low' })).toMatchObject({ tables: [part], keys: ['id'] })
  expect(relation({ name: 'plain' })?.tables).toEqual([note])
  expect(relation({ name: 'nested' })?.tables).toEqual(expect.arrayContaining([note, part]))
})

test.each([
  ['select * from note where id = 1', 'read', true],
  ['select * from plain', 'read', true],
  ['select * from nested', 'read', true],
  ['select * from timed', 'read', false],
  ['select * from counting', 'write', false],
  ['select * from copied', 'read', false],
  ['select * from mine', 'read', false],
  ['select * from scratch', 'write', false],
  ['select * from unheard_of', 'read', false],
  ['select pure(id) from note', 'read', true],
  ['select peeks(id) from note', 'read', false],
  ['select acts(id) from note', 'write', false],
])('%s is a %s, cacheable: %s', async (sql, kind, cacheable) => {
  expect(footprint(sql, await catalog())).toMatchObject({ kind, cacheable })
})

async function after(ddl: string): Promise<{ readonly position: bigint }> {
  await world.primary.query(ddl)
  const position = await world.primary.position()
  await consumer.horizon(position)
  return { position }
}

test('DDL raises the floor and publishes what is new, before a horizon is past it', async () => {
  const before = await consumer.table.readCatalog()
  const start = await world.primary.position()
  await after('create table public.later (id int primary key)')

  const { floor } = await consumer.table.read()
  const published = await consumer.table.readCatalog()
  expect(floor?.lsn).toBeGreaterThan(start)
  expect(published?.hash).not.toBe(before?.hash)
  expect((await catalog()).relation({ name: 'later' })).toMatchObject({ keys: ['id'] })
})

test.each([
  [
    'ATTACH PARTITION',
    `create table public.more (id int primary key, body text);
     alter table part attach partition more for values from (100) to (200)`,
  ],
  ['DETACH PARTITION', 'alter table part detach partition more'],
  ['a drop', 'drop table more'],
  ['a rename', 'alter table later rename to latest'],
  ['a column of another type', 'alter table priced alter price type real'],
  ['row-level security', 'alter table note enable row level security'],
  ['a replaced view', 'create or replace view plain as select id, body from note where id > 1'],
])('%s raises the floor', async (_, ddl) => {
  const before = (await consumer.table.read()).floor?.lsn ?? 0n
  await after(ddl)
  expect((await consumer.table.read()).floor?.lsn).toBeGreaterThan(before)
})

test.each([
  ['a temporary table', 'create temp table passing (id int); drop table passing'],
  ['a refreshed materialized view', 'refresh materialized view copied'],
  ['an index', 'create index on note (body)'],
  ['DDL that is rolled back', 'begin; create table public.never (id int); rollback'],
])('%s does not', async (_, ddl) => {
  const before = await consumer.table.read()
  await after(ddl)
  expect((await consumer.table.read()).floor).toEqual(before.floor)
})

test('DDL that is delivered before it is visible is waited for', async () => {
  {
    await using held = await HeldCommits.on(world.primary)
    const altering = world.primary.query('create view public.held as select 1 as one')
    await until('the view’s commit to wait', async () => {
      const rows = await world.primary.query(
        `select from pg_stat_activity where wait_event = 'SyncRep' and query like '%public.held%'`,
      )
      return rows.length === 1
    })
    const { horizon } = await consumer.table.read()
    await until('the stream to have delivered it', async () => {
      const [row] = await world.primary.query<{ sent: boolean }>(
        `select sent_lsn >= pg_current_wal_flush_lsn() as sent from pg_stat_replication
         where application_name = 'tidegate consumer'`,
      )
      return row?.sent
    })
    expect((await catalog()).relation({ name: 'held' })).toBeUndefined()
    expect((await consumer.table.read()).horizon?.lsn).toBeGreaterThanOrEqual(horizon?.lsn ?? 0n)
    await held.release()
    await altering
  }
  await consumer.horizon(await world.primary.position())
  expect((await catalog()).relation({ name: 'held' })).toBeDefined()
})

test('a partition that was attached is told by its root from then on', async () => {
  await world.primary.query(`create table public.own (id int primary key, body text);
                             insert into own values (300, 'alone')`)
  await consumer.horizon(await world.primary.position())
  // Nothing describes the leaf anew between the two rows.
  await world.primary.query(`begin;
    insert into own values (301, 'before');
    alter table part attach partition own for values from (300) to (400);
    insert into own values (302, 'after');
    commit`)
  await consumer.horizon(await world.primary.position())
  await world.primary.query(`insert into part values (303, 'through the root')`)
  await consumer.horizon(await world.primary.position())

  expect((await consumer.tags(['public.part#id=303'])).size).toBe(1)
  await world.primary.query(
    'create table public.fresh partition of part for values from (400) to (500)',
  )
  await world.primary.query(`insert into part values (401, 'first')`)
  // What is read while the schema is read lies below the floor; from then on it is told.
  await consumer.horizon(await world.primary.position())
  await world.primary.query(`insert into part values (402, 'second')`)
  await consumer.horizon(await world.primary.position())
  expect((await consumer.tags(['public.part#id=402'])).size).toBe(1)
})

test('a renamed table’s changes are told by its new name', async () => {
  await world.primary.query('insert into latest values (1)')
  await consumer.horizon(await world.primary.position())
  const tags = await consumer.tags(['public.latest#id=1', 'public.later#id=1'])
  expect([...tags.keys()]).toEqual(['public.latest#id=1'])
})

test('where DDL sends no message, a changed schema is found by reading it, and by its changes', async () => {
  await world.primary.query('drop event trigger tidegate_ddl; drop event trigger tidegate_drop')
  await consumer.stop()
  await using polling = await RegionConsumer.started(world, world.primary, {
    slot: consumer.slot,
    schemaMs: 100,
  })
  await world.primary.query('create view public.found as select 1 as one')
  await until('the view', async () => {
    const published = await polling.table.readCatalog()
    return readPublishedCatalog(published?.json ?? '').relation({ name: 'found' }) !== undefined
  })
  await polling.stop()

  await using blind = await RegionConsumer.started(world, world.primary, { slot: consumer.slot })
  await world.primary.query(
    'create table public.sudden (id int primary key); insert into sudden values (1)',
  )
  await blind.horizon(await world.primary.position())
  const published = await blind.table.readCatalog()
  expect(readPublishedCatalog(published?.json ?? '').relation({ name: 'sudden' })).toBeDefined()
  // The leaf is new to the stream, and was described before the schema was read again.
  await world.primary
    .query(`create table public.late partition of part for values from (500) to (600);
                             insert into part values (501, 'first')`)
  await blind.horizon(await world.primary.position())
  await world.primary.query(`insert into part values (502, 'second')`)
  await blind.horizon(await world.primary.position())
  expect((await blind.tags(['public.part#id=502'])).size).toBe(1)
  await blind.stop()
})

test('what is set up can be undone', async () => {
  for (const sql of undoSql({ publication: TOLD })) await world.primary.query(sql)
  expect(await world.primary.query(`select from pg_namespace where nspname = 'tidegate'`)).toEqual(
    [],
  )
  expect(await world.primary.query('select from pg_event_trigger')).toEqual([])
})
