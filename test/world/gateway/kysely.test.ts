/** Kysely, as an app uses it, with the gateway in Neon's place. */
import { neon, neonConfig } from '@neondatabase/serverless'
import { type Generated, Kysely, sql as kyselySql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { kyselyNeonDialect } from '../../support/kysely-neon.ts'

interface KyselyTables {
  readonly author: { readonly id: Generated<number>; readonly name: string }
  readonly post: {
    readonly id: Generated<number>
    readonly author: number
    readonly title: string
    readonly tags: readonly string[]
    readonly at: Date
  }
}

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

test('Kysely writes, joins and reads back', async () => {
  const sql = neon(world.primary.url(), { fullResults: true })
  const db = new Kysely<KyselyTables>({ dialect: kyselyNeonDialect(sql) })
  const grace = await db
    .insertInto('author')
    .values({ name: 'Grace' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const inserted = await db
    .insertInto('post')
    .values([{ author: grace.id, title: 'Three', tags: ['x'], at }])
    .executeTakeFirst()
  expect(inserted.numInsertedOrUpdatedRows).toBe(1n)
  const rows = await db
    .selectFrom('post')
    .innerJoin('author', 'author.id', 'post.author')
    .select(['author.name', 'post.title', 'post.tags', 'post.at'])
    .select(kyselySql<number>`length(title)`.as('letters'))
    .where('author.name', '=', 'Grace')
    .execute()
  expect(rows).toEqual([{ name: 'Grace', title: 'Three', tags: ['x'], at, letters: 5 }])
  const changed = await db
    .updateTable('post')
    .set({ title: 'Four' })
    .where('author', '=', grace.id)
    .executeTakeFirst()
  expect(changed.numUpdatedRows).toBe(1n)
  const tables = await db.introspection.getTables()
  expect(tables.map(({ name }) => name)).toEqual(['author', 'post'])
})
