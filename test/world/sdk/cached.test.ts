/** The SDK with a region's consumer and Redis: cached answers that are never older than they may be. */
import { Redis } from 'ioredis'
import { types } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ioredisCommands, type RedisCommands, RegionTides } from '../../../src/cache/index.ts'
import type { Session } from '../../../src/client/session.ts'
import type { Sql } from '../../../src/client/sql.ts'
import {
  createTidegate,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import { type PgDriver, pgDriver } from '../../../src/drivers/node/pg.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let standby: PostgresNode
let consumer: RegionConsumer
let redis: Redis
let driver: PgDriver
let tg: Tidegate

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: withSetup(`
      create table note (id serial primary key, author text, body text);
      create table other (id int primary key);
      create view noted as select body from note;
      create function secret() returns int volatile language sql as 'select 1'`),
    distanceScale: 0.1,
  })
  standby = nodeIn(world, 'fra', 'standby')
  consumer = await RegionConsumer.started(world, standby)
  redis = new Redis(world.region('fra').redis.url(), { maxRetriesPerRequest: 1 })
  redis.on('error', () => {})
})

afterAll(async () => {
  await consumer?.[Symbol.asyncDispose]()
  redis?.disconnect()
  await world?.stop()
})

beforeEach(() => {
  driver = pgDriver()
  tg = near()
})

afterEach(async () => {
  await standby.resumeReplay()
  await driver.end()
})

function near(options: Partial<TidegateOptions> = {}): Tidegate {
  return createTidegate(
    {
      primary: { name: world.primary.name, region: 'iad', url: world.primary.url('fra') },
      replicas: [{ name: standby.name, region: 'fra', url: standby.url('fra') }],
      region: 'fra',
      timeoutMs: 20_000,
      tides: new RegionTides({
        redis: ioredisCommands(redis),
        region: 'fra',
        memory: false,
        // A busy machine is not what is tested here.
        budgetMs: 5_000,
      }),
      cache: true,
      ...options,
    },
    { driver, types },
  )
}

/** Everything that is committed by now has been told in the region. */
async function told(): Promise<void> {
  await consumer.horizon(await world.primary.position())
}

async function bodies(sql: Sql, author: string): Promise<unknown[]> {
  const rows = await sql`select body from note where author = ${author} order by id`
  return rows.map(({ body }) => body)
}

async function comesBack(session: Session): Promise<{ headers: Headers }> {
  const response = await session.respond(new Response())
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { headers: new Headers({ cookie }) }
}

/** By somebody who has not been here before. */
async function asked(text: string) {
  return await tg.session().sql.query(text)
}

async function filled(text: string): Promise<void> {
  await until('a hit', async () => (await asked(text)).tide.cache === 'hit')
}

async function wordOf(query: Promise<{ tide: { cache: string | undefined } }>): Promise<unknown> {
  return (await query).tide.cache
}

test('an answer is kept, and given to others as the database would give it', async () => {
  await world.primary.query(`insert into note (author, body) values ('kept', 'first')`)
  await told()
  const text = `select id, body from note where author = 'kept'`
  const first = await asked(text)
  expect(first.tide).toMatchObject({ cache: 'miss', source: 'replica' })
  await filled(text)
  const again = await asked(text)
  expect(again).toEqual(first)
  expect(again.tide).toMatchObject({ source: 'cache', node: 'cache', region: 'fra', cache: 'hit' })
})

test('a session sees what it wrote although the cache has an older answer, and so does everybody soon', async () => {
  await world.primary.query(`insert into note (author, body) values ('ada', 'old')`)
  await told()
  await until('a hit', async () => {
    const rows = await tg.session().sql`select body from note where author = ${'ada'} order by id`
    return rows.tide.cache === 'hit'
  })
  const { sql, session } = tg.session()
  await sql`insert into note (author, body) values ('ada', 'new')`
  expect(await bodies(sql, 'ada')).toEqual(['old', 'new'])
  expect(await bodies(tg.session(await comesBack(session)).sql, 'ada')).toEqual(['old', 'new'])
  await told()
  expect(await bodies(tg.session().sql, 'ada')).toEqual(['old', 'new'])
})

test('a change to another row leaves the answer good, one to this row does not', async () => {
  const [row] = await world.primary.query<{ id: number }>(
    `insert into note (author, body) values ('row', 'one'), ('row', 'two') returning id`,
  )
  const id = row?.id ?? 0
  await told()
  const text = `select body from note where id = ${id}`
  await filled(text)
  await world.primary.query(`update note set body = 'TWO' where id = $1`, [id + 1])
  await told()
  expect((await asked(text)).tide.cache).toBe('hit')
  await world.primary.query(`update note set body = 'ONE' where id = $1`, [id])
  await told()
  const changed = await asked(text)
  expect(changed).toEqual([{ body: 'ONE' }])
  expect(changed.tide.cache).toBe('stale: public.note has changed')
})

test('an answer through a view falls with the table below it', async () => {
  const text = 'select count(*)::int n from noted'
  await told()
  await filled(text)
  const [before] = await asked(text)
  await world.primary.query(`insert into note (body) values ('below')`)
  await told()
  const [after] = await asked(text)
  expect(after).toEqual({ n: Number(Object.values(before ?? {})[0]) + 1 })
})

test('a schema that changes voids what was kept under the old one', async () => {
  const text = `select * from noted where body = 'shape'`
  await world.primary.query(`insert into note (body) values ('shape')`)
  await told()
  await filled(text)
  await world.primary.query(`create or replace view noted as select body, 1 as more from note`)
  await told()
  await until('the new shape', async () => {
    const [row] = await asked(text)
    return row !== undefined && 'more' in row
  })
})

test('strong reads and statements that must not be cached go past it, and say why', async () => {
  const { sql } = tg.session()
  expect(await wordOf(sql.with({ freshness: 'strong' })`select count(*) from note`)).toBe(
    'bypass: strong',
  )
  expect(await wordOf(sql`select random()`)).toMatch(/^bypass: .*random/)
  expect(await wordOf(sql.with({ cache: false })`select count(*) from note`)).toBeUndefined()
  expect(await wordOf(sql`/* tidegate: no-cache */ select count(*) from note`)).toBeUndefined()
})

test('rules say what is cached and for how long', async () => {
  const ruled = near({ cache: undefined, rules: [{ table: 'note', cache: { ttl: 300 } }] })
  await told()
  expect((await ruled.session().sql`select count(*) from note`).tide.cache).toBeDefined()
  expect((await ruled.session().sql`select count(*) from other`).tide.cache).toBeUndefined()
})

test('while the consumer is dead sessions that have written go on past the cache, and any reads use it', async () => {
  const text = 'select count(*)::int n from other'
  await told()
  await filled(text)
  await consumer.stop()
  try {
    const { sql } = tg.session()
    await sql`insert into other values (1)`
    const own = await sql.query(text)
    expect(own).toEqual([{ n: 1 }])
    expect(own.tide.cache).toBe('behind')
    const any = await tg.session(undefined, { freshness: 'any' }).sql.query(text)
    expect(any.tide.cache).toBe('hit')
  } finally {
    await consumer[Symbol.asyncDispose]()
    consumer = await RegionConsumer.started(world, standby)
  }
})

test('a Redis that is away costs nothing but time', async () => {
  const away = world.region('fra').redis
  await away.kill()
  try {
    const rows = await tg.session().sql`select 1 as one`
    expect(rows).toEqual([{ one: 1 }])
  } finally {
    await away.start()
  }
})

test('what the table tells of replicas sends a session near at once', async () => {
  const { sql, session } = tg.session()
  await sql`insert into note (author, body) values ('told', 'near')`
  await world.databases.caughtUp()
  await told()
  // Another isolate: it knows nothing of the replica but what the table says.
  const other = near({ cache: false })
  await until('a near read', async () => {
    const rows = await other.session(await comesBack(session)).sql`select 1`
    return rows.tide.reason === 'nearest that is known to be new enough'
  })
})

test('the table is read while the cache is asked, not before', async () => {
  const commands = ioredisCommands(redis)
  let paired = false
  let first: (() => void) | undefined
  // The first of two waits for the second: if that came only after it, neither would ever end.
  const inPairs: RedisCommands = {
    async send(sent, options) {
      if (paired && first) first()
      else if (paired) await new Promise<void>((resolve) => (first = resolve))
      return await commands.send(sent, options)
    },
  }
  const other = near({
    tides: new RegionTides({ redis: inPairs, region: 'fra', memory: false, budgetMs: 120_000 }),
  })
  const text = 'select count(*)::int n from other'
  await told()
  await filled(text)
  expect((await other.session().sql.query(text)).tide.cache).toBe('hit')
  const readAt = performance.now()

  const { sql, session } = tg.session()
  await sql`insert into note (author, body) values ('paired', 'later')`
  await told()
  const { headers } = await comesBack(session)
  await until('what it has read to be old', () => performance.now() - readAt > 100)
  paired = true
  // Of this session's write the other isolate has not heard.
  const rows = await other.session({ headers }).sql.query(text)
  expect(rows.tide.cache).toBe('hit')
})
