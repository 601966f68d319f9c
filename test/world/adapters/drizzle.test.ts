import { neon, neonConfig, types } from '@neondatabase/serverless'
import { asc, eq, relations, sql as text } from 'drizzle-orm'
import { drizzle as officialDrizzle } from 'drizzle-orm/neon-http'
import {
  bigint,
  date,
  integer,
  interval,
  jsonb,
  numeric,
  pgTable,
  serial,
  text as textColumn,
  timestamp,
} from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { drizzle, tideOf } from '../../../src/adapters/drizzle.ts'
import { tidegate } from '../../../src/default-client.ts'
import { type NeonEndpoint, startNeonEndpoint } from '../../support/neon-endpoint.ts'
import { nodeIn } from '../../support/node-in.ts'

const post = pgTable('post', {
  id: serial().primaryKey(),
  author: textColumn().notNull(),
  day: date().notNull().default('2026-02-03'),
  dayAsDate: date('day_as_date', { mode: 'date' })
    .notNull()
    .default(text`'2026-02-03'`),
  at: timestamp({ withTimezone: true })
    .notNull()
    .default(text`'2026-02-03 04:05:06.789+00'`),
  atText: timestamp('at_text', { mode: 'string' }).notNull().default('2026-02-03 04:05:06.789'),
  price: numeric().notNull().default('12.340'),
  prices: numeric()
    .array()
    .notNull()
    .default(text`'{1.50,2.25}'`),
  days: date()
    .array()
    .notNull()
    .default(text`'{2026-02-03}'`),
  took: interval()
    .notNull()
    .default(text`'1 day 02:03:04'`),
  big: bigint({ mode: 'bigint' })
    .notNull()
    .default(text`9007199254740993`),
  meta: jsonb()
    .notNull()
    .default(text`'{"a":[1,null]}'`),
  tide: textColumn(),
})
const comment = pgTable('comment', {
  id: serial().primaryKey(),
  postId: integer('post_id').references(() => post.id),
  at: timestamp({ withTimezone: true })
    .notNull()
    .default(text`'2026-02-03 04:05:06.789+00'`),
})
const schema = {
  post,
  comment,
  postRelations: relations(post, ({ many }) => ({ comments: many(comment) })),
  commentRelations: relations(comment, ({ one }) => ({
    post: one(post, { fields: [comment.postId], references: [post.id] }),
  })),
}

let world: World
let endpoint: NeonEndpoint
let tg: ReturnType<typeof tidegate>

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: `create table post (id serial primary key, author text not null,
      day date not null default '2026-02-03', day_as_date date not null default '2026-02-03',
      at timestamptz not null default '2026-02-03 04:05:06.789+00',
      at_text timestamp not null default '2026-02-03 04:05:06.789',
      price numeric not null default 12.340, prices numeric[] not null default '{1.50,2.25}',
      days date[] not null default '{2026-02-03}', took interval not null default '1 day 02:03:04',
      big int8 not null default 9007199254740993, meta jsonb not null default '{"a":[1,null]}',
      tide text);
    create table comment (id serial primary key, post_id int references post,
      at timestamptz not null default '2026-02-03 04:05:06.789+00');
    insert into post (author) values ('ada'), ('bea');
    insert into comment (post_id) values (1), (1)`,
    distanceScale: 0,
  })
  endpoint = await startNeonEndpoint()
  tg = tidegate({
    primary: { region: 'iad', url: world.primary.url(), endpoint: endpoint.url },
    replicas: [
      { region: 'fra', url: nodeIn(world, 'fra', 'standby').url(), endpoint: endpoint.url },
    ],
    region: 'fra',
  })
})

afterAll(async () => {
  await endpoint?.[Symbol.asyncDispose]()
  await world?.stop()
})

type Db = Pick<
  ReturnType<typeof drizzle<typeof schema>>,
  'select' | 'query' | 'execute' | '$count' | 'batch'
>

/** What is asked of both. */
const questions: Readonly<Record<string, (db: Db) => PromiseLike<unknown>>> = {
  'a select': (db) => db.select().from(post).orderBy(asc(post.id)),
  'some columns and an expression': (db) =>
    db.select({ at: post.at, next: text<string>`${post.at} + interval '1 day'` }).from(post),
  'a left join': (db) =>
    db.select().from(post).leftJoin(comment, eq(comment.postId, post.id)).orderBy(asc(comment.id)),
  'a relational query': (db) =>
    db.query.post.findMany({ with: { comments: true }, orderBy: asc(post.id) }),
  'the first of a relational query': (db) => db.query.post.findFirst({ where: eq(post.id, 2) }),
  'none of a relational query': (db) => db.query.post.findFirst({ where: eq(post.id, 999) }),
  'text of its own': async (db) =>
    told(
      await db.execute(
        text`select day, at, at_text, price, prices, days, took, big, meta from post`,
      ),
    ),
  'a count': (db) => db.$count(post, eq(post.author, 'ada')),
  'a prepared statement': (db) =>
    db
      .select()
      .from(post)
      .where(eq(post.author, text.placeholder('author')))
      .prepare('by_author')
      .execute({ author: 'bea' }),
  'a batch': async (db) => {
    const [rows, related, raw] = await db.batch([
      db.select().from(post).orderBy(asc(post.id)),
      db.query.post.findMany({ with: { comments: true }, orderBy: asc(post.id) }),
      db.execute(text`select day, at, prices from post`),
    ])
    return [rows, related, told(raw)]
  },
}

interface RawRows {
  readonly fields: readonly unknown[]
  readonly rows: readonly unknown[]
  readonly command: string
  readonly rowCount: number | null
  readonly rowAsArray: boolean
}

/** What is said of a raw result; Neon's driver shows its parsers in it too. */
function told({ fields, rows, command, rowCount, rowAsArray }: RawRows): RawRows {
  return { fields, rows, command, rowCount, rowAsArray }
}

test.each(Object.entries(questions))('%s gives what neon-http gives', async (_, ask) => {
  const before = types.getTypeParser(1184)
  const ours = await ask(drizzle(tg.session().sql, { schema }))
  expect(types.getTypeParser(1184)).toBe(before)

  const globals = [1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231]
  const parsers = globals.map((oid) => types.getTypeParser(oid))
  neonConfig.fetchEndpoint = endpoint.url
  try {
    const official = officialDrizzle(neon(world.primary.url()), { schema })
    expect(ours).toEqual(await ask(official))
  } finally {
    neonConfig.fetchEndpoint = (host) => `https://${host}/sql`
    // It has changed these for everybody.
    for (const [index, oid] of globals.entries()) {
      types.setTypeParser(oid, parsers[index] ?? String)
    }
  }
})

test('what happened is on the rows, on each result of a batch, and never over a column of that name', async () => {
  const { sql, session } = tg.session(undefined, { route: 'replica' })
  const db = drizzle(sql, { schema })
  expect(tideOf(await db.select().from(post))).toMatchObject({ node: 'fra-1', source: 'replica' })
  expect(tideOf(await db.query.post.findMany())).toMatchObject({ node: 'fra-1' })
  expect(tideOf(await db.execute(text`select 1 as one`))).toMatchObject({ node: 'fra-1' })
  const [rows, raw] = await db.batch([db.select().from(comment), db.execute(text`select 1`)])
  expect(tideOf(rows)).toMatchObject({ node: 'fra-1' })
  expect(tideOf(raw)).toMatchObject({ node: 'fra-1' })

  const first = await db.query.post.findFirst()
  expect(first).toMatchObject({ author: 'ada', tide: null })
  expect(tideOf(first)).toBeUndefined()
  expect(session.queries).toHaveLength(5)
})

test('freshness is that of the sql it was made with', async () => {
  const { sql } = tg.session()
  const strong = await drizzle(sql.with({ freshness: 'strong' }), { schema })
    .select()
    .from(post)
  expect(tideOf(strong)?.source).toBe('primary')
})

test('a batch that writes is one transaction on the primary', async () => {
  const { sql } = tg.session()
  const db = drizzle(sql, { schema })
  const [inserted, all] = await db.batch([
    db.insert(post).values({ author: 'cleo' }).returning({ id: post.id }),
    db.select().from(post).where(eq(post.author, 'cleo')),
  ])
  expect(inserted).toHaveLength(1)
  expect(all).toHaveLength(1)
  expect(tideOf(all)?.source).toBe('primary')

  const broken = db.batch([
    db.insert(post).values({ author: 'dora' }),
    db.execute(text`select 1 / (count(*) - count(*)) from post`),
  ])
  await expect(broken).rejects.toMatchObject({ code: 'QUERY_FAILED', sqlState: '22012' })
  expect(await db.select().from(post).where(eq(post.author, 'dora'))).toEqual([])
})

test('a transaction with a callback is refused, and nothing of it runs', async () => {
  const { sql, session } = tg.session()
  const refused = drizzle(sql, { schema }).transaction(async (tx) => {
    await tx.insert(post).values({ author: 'never' })
  })
  await expect(refused).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' })
  await expect(refused).rejects.toThrow('db.batch')
  expect(session.queries).toEqual([])
})

test('an error is typed and holds no value', async () => {
  const { sql } = tg.session()
  const failing = drizzle(sql).execute(text`select ${'a secret'}::int`)
  await expect(failing).rejects.toMatchObject({ code: 'QUERY_FAILED', sqlState: '22P02' })
  await expect(failing).rejects.not.toThrow(/secret/)
})
