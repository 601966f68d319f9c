import { CamelCasePlugin, type Generated, Kysely, PostgresDialect, sql as text } from 'kysely'
import { Pool, types } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { batch, TidegateDialect, tideOf } from '../../../src/adapters/kysely.ts'
import { createTidegate, type Tidegate } from '../../../src/client/tidegate.ts'
import { type PgDriver, pgDriver } from '../../../src/drivers/node/pg.ts'
import { nodeIn } from '../../support/node-in.ts'

interface Database {
  readonly post: {
    readonly id: Generated<number>
    readonly author: string
    readonly writtenAt: Generated<Date>
    readonly big: Generated<string>
  }
}

let world: World
let driver: PgDriver
let tg: Tidegate
let official: Kysely<Database>

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: `create table post (id serial primary key, author text not null unique,
      written_at timestamptz not null default '2026-02-03 04:05:06.789+00', big int8 default 1)`,
    distanceScale: 0,
  })
  driver = pgDriver()
  tg = createTidegate(
    {
      primary: { region: 'iad', url: world.primary.url() },
      replicas: [{ region: 'fra', url: nodeIn(world, 'fra', 'standby').url() }],
      region: 'fra',
    },
    { driver, types },
  )
  official = new Kysely({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: world.primary.url() }) }),
    plugins: [new CamelCasePlugin()],
  })
})

afterAll(async () => {
  await official?.destroy()
  await driver?.[Symbol.asyncDispose]()
  await world?.stop()
})

function begin(narrowing: { freshness?: 'strong'; route?: 'replica' } = {}) {
  const { sql, session } = tg.session()
  const dialect = new TidegateDialect(sql.with(narrowing))
  return { session, db: new Kysely<Database>({ dialect, plugins: [new CamelCasePlugin()] }) }
}

/** What is asked of both, in this order. */
const questions: Readonly<Record<string, (db: Kysely<Database>) => Promise<unknown>>> = {
  'an insert': (db) =>
    db
      .insertInto('post')
      .values([{ author: 'ada' }, { author: 'bea' }])
      .execute(),
  'an insert that returns': (db) =>
    db.insertInto('post').values({ author: 'cleo' }).returning(['author', 'writtenAt']).execute(),
  'a select': (db) => db.selectFrom('post').select(['author', 'writtenAt', 'big']).execute(),
  'an update': (db) =>
    db.updateTable('post').set({ big: '2' }).where('author', '<>', 'ada').execute(),
  'an update of nothing': (db) =>
    db.updateTable('post').set({ big: '2' }).where('author', '=', 'nobody').executeTakeFirst(),
  'a merge': (db) =>
    db
      .mergeInto('post')
      .using(
        db.selectFrom('post as source').select('source.author').as('source'),
        'source.author',
        'post.author',
      )
      .whenMatched()
      .thenUpdateSet({ big: '3' })
      .execute(),
  'text of its own': (db) =>
    text<{ n: string }>`select count(*) as n from post`.execute(db).then(({ rows }) => rows),
  'a delete': (db) => db.deleteFrom('post').execute(),
}

test.each(Object.entries(questions))('%s gives what the dialect for pg gives', async (_, ask) => {
  // The same table for both: what one has changed is put back before the other is asked.
  await world.primary.query('create table kept as select * from post')
  const theirs = await ask(official)
  await world.primary.query('truncate post')
  await world.primary.query('insert into post select * from kept')
  await world.primary.query('drop table kept')
  await world.databases.caughtUp()
  const { db } = begin()
  expect(await ask(db)).toEqual(theirs)
})

test('what happened is on the rows, and with the session where a plugin makes rows of its own', async () => {
  const { db, session } = begin({ route: 'replica' })
  expect(tideOf(await db.selectFrom('post').selectAll().execute())).toBeUndefined()
  expect(session.queries).toMatchObject([{ node: 'fra-1' }])
  const { sql } = tg.session(undefined, { route: 'replica' })
  const plain = new Kysely<Database>({ dialect: new TidegateDialect(sql) })
  expect(tideOf(await plain.selectFrom('post').select('id').execute())).toMatchObject({
    node: 'fra-1',
  })
})

test('freshness is that of the sql it was made with', async () => {
  const strong = begin({ freshness: 'strong' })
  await strong.db.selectFrom('post').selectAll().execute()
  expect(strong.session.queries).toMatchObject([{ source: 'primary' }])
})

test('a batch is one transaction, and each result is what its query gives alone', async () => {
  const { db, session } = begin()
  const [inserted, updated, rows, deleted] = await batch(db, [
    db.insertInto('post').values([{ author: 'x' }, { author: 'y' }]),
    db.updateTable('post').set({ big: '7' }).where('author', '=', 'x').returning(['author', 'big']),
    db.selectFrom('post').select('writtenAt').where('author', 'in', ['x', 'y']),
    db.deleteFrom('post').where('author', 'in', ['x', 'y']),
  ])
  expect(inserted[0]?.numInsertedOrUpdatedRows).toBe(2n)
  expect(updated).toEqual([{ author: 'x', big: '7' }])
  expect(rows).toHaveLength(2)
  expect(rows[0]?.writtenAt).toBeInstanceOf(Date)
  expect(deleted[0]?.numDeletedRows).toBe(2n)
  expect(session.queries).toMatchObject([{ source: 'primary' }])

  const broken = batch(db, [
    db.insertInto('post').values({ author: 'twice' }),
    db.insertInto('post').values({ author: 'twice' }),
  ])
  await expect(broken).rejects.toMatchObject({ code: 'QUERY_FAILED', sqlState: '23505' })
  const left = db.selectFrom('post').selectAll().where('author', '=', 'twice').execute()
  expect(await left).toEqual([])
})

test('a batch of reads goes near', async () => {
  const { db, session } = begin({ route: 'replica' })
  await batch(db, [db.selectFrom('post').selectAll(), db.selectFrom('post').select('id')])
  expect(session.queries).toMatchObject([{ node: 'fra-1' }])
})

test('a batch needs a Kysely of ours', async () => {
  await expect(batch(official, [])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('transactions and streams are refused, and nothing of them runs', async () => {
  const { db, session } = begin()
  const callback = db.transaction().execute(async (tx) => {
    return await tx.insertInto('post').values({ author: 'never' }).execute()
  })
  await expect(callback).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  await expect(callback).rejects.toThrow('batch(db, [...])')
  await expect(db.startTransaction().execute()).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  const rows = db.selectFrom('post').selectAll().stream()
  await expect(rows.next()).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  expect(session.queries).toEqual([])
})

test('a query that is aborted ends', async () => {
  const { db } = begin()
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(db.selectFrom('post').selectAll().execute({ signal })).rejects.toThrow()
})
