/** Drizzle, as an app uses it, with the gateway in Neon's place. */
import { neon, neonConfig } from '@neondatabase/serverless'
import { and, asc, eq, inArray, sql as raw } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import {
  boolean,
  integer,
  jsonb,
  numeric,
  pgTable,
  serial,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'

const author = pgTable('author', {
  id: serial().primaryKey(),
  name: text().notNull().unique(),
  key: uuid().defaultRandom().notNull(),
})

const post = pgTable('post', {
  id: serial().primaryKey(),
  author: integer()
    .notNull()
    .references(() => author.id),
  title: text().notNull(),
  tags: text().array().notNull().default([]),
  extra: jsonb().$type<{ readonly stars: number }>(),
  price: numeric({ precision: 10, scale: 2 }),
  draft: boolean().notNull().default(true),
  at: timestamp({ withTimezone: true }).notNull(),
})

let world: World
let gateway: TestGateway

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    distanceScale: 0,
    schema: `create table author (
        id serial primary key, name text not null unique, key uuid not null default gen_random_uuid());
      create table post (
        id serial primary key, author int not null references author, title text not null,
        tags text[] not null default '{}', extra jsonb, price numeric(10, 2),
        draft boolean not null default true, at timestamptz not null)`,
  })
  gateway = await startGateway([world.primary])
  neonConfig.fetchEndpoint = gateway.url
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

const at = new Date('2026-05-06T07:08:09.000Z')

test('Drizzle writes, joins, aggregates, batches and is told of what was violated', async () => {
  const db = drizzle(neon(world.primary.url()))
  const [ada] = await db.insert(author).values({ name: 'Ada' }).returning()
  expect(ada).toMatchObject({ name: 'Ada', key: expect.stringMatching(/^[\da-f-]{36}$/) })
  const written = await db
    .insert(post)
    .values([
      { author: ada?.id ?? 0, title: 'One', tags: ['a', 'b "c"'], extra: { stars: 5 }, at },
      { author: ada?.id ?? 0, title: 'Two', price: '12.50', draft: false, at },
    ])
    .returning({ id: post.id })
  expect(written).toHaveLength(2)

  const rows = await db
    .select({ post, name: author.name })
    .from(post)
    .innerJoin(author, eq(author.id, post.author))
    .where(and(eq(author.name, 'Ada'), inArray(post.title, ['One', 'Two'])))
    .orderBy(asc(post.id))
  expect(rows).toMatchObject([
    { name: 'Ada', post: { tags: ['a', 'b "c"'], extra: { stars: 5 }, price: null, at } },
    { name: 'Ada', post: { tags: [], price: '12.50', draft: false } },
  ])
  const counts = await db
    .select({ draft: post.draft, n: raw<string>`count(*)` })
    .from(post)
    .groupBy(post.draft)
    .orderBy(post.draft)
  expect(counts).toEqual([
    { draft: false, n: '1' },
    { draft: true, n: '1' },
  ])

  const [updated, all] = await db.batch([
    db.update(post).set({ draft: false }).where(eq(post.title, 'One')).returning(),
    db.select().from(post).where(eq(post.draft, false)),
  ])
  expect(updated).toHaveLength(1)
  expect(all).toHaveLength(2)
  await expect(db.insert(author).values({ name: 'Ada' })).rejects.toMatchObject({
    cause: { code: '23505', constraint: 'author_name_key' },
  })
})
