/** The races that leave other caches stale, on real servers. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { Breaker } from '../../../src/breaker.ts'
import { Cache, type Fresh } from '../../../src/cache/cache.ts'
import { judgeEntry } from '../../../src/cache/judge.ts'
import type { EntryNeed } from '../../../src/cache/need.ts'
import type { Lookup } from '../../../src/cache/outcome.ts'
import { ioredisCommands } from '../../../src/cache/redis/ioredis.ts'
import { RedisStore } from '../../../src/cache/stores/redis-store.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import { type PgDriver, pgDriver } from '../../../src/drivers/node/pg.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { toToken } from '../../../src/tide/token.ts'
import { any, keyOf } from '../../support/cache/cache-conformance.ts'
import { HandConsumer } from '../../support/cache/hand-consumer.ts'
import { HeldCommits } from '../../support/held-commits.ts'
import { lsnOf } from '../../support/lsn-query.ts'
import { nodeIn } from '../../support/node-in.ts'

const text = 'select body from post order by id'
const key = keyOf(text)
const tags = ['public.post']

let world: World
let primary: PostgresNode
let standby: PostgresNode
let driver: PgDriver
let redis: Redis
let table: RedisTable
let cache: Cache

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table post (id int primary key, body text)',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  // Its transactions would hold xmin back.
  await primary.set({ autovacuum: 'off' })
  driver = pgDriver()
  redis = new Redis(world.region('fra').redis.url())
})

afterAll(async () => {
  redis?.disconnect()
  await driver?.end()
  await world?.stop()
})

beforeEach(async () => {
  await world.region('fra').redis.flush()
  await primary.query('truncate post')
  await primary.query(`insert into post values (1, 'old')`)
  const commands = ioredisCommands(redis)
  table = new RedisTable(commands)
  const store = new RedisStore(commands)
  cache = new Cache({ store, breaker: new Breaker(), budgetMs: 5000, fillBudgetMs: 5000 })
})

/** Reads as the client does, with the stamps that the driver gives. */
async function read(node: PostgresNode): Promise<Fresh> {
  const role = node === primary ? 'primary' : 'standby'
  const answer = await driver.read(
    { name: node.name, role, url: node.url() },
    { queries: [{ text, params: [] }], xids: [], signal: AbortSignal.timeout(30_000) },
  )
  const [result] = answer.results
  if (!result || answer.hi === undefined) throw new Error('A read has one result and a position')
  const lo = { epoch: 1, ...answer.lo }
  return { lo, hi: { epoch: 1, lsn: answer.hi }, at: answer.at, result }
}

async function fill(fresh: Fresh): Promise<void> {
  expect(await cache.fill(key, tags, fresh, 60_000)).toBe('filled')
}

async function lookup(need: EntryNeed): Promise<Lookup> {
  return await cache.lookup({ key, tags, need })
}

function rows(lookedUp: Lookup): unknown {
  return 'answer' in lookedUp ? lookedUp.answer?.result.rows.flat() : undefined
}

function since(lsn: Lsn): EntryNeed {
  return { kind: 'token', token: toToken({ epoch: 1, lsn }) }
}

async function update(): Promise<Lsn> {
  await primary.query(`update post set body = 'new'`)
  return await lsnOf(primary, 'pg_current_wal_flush_lsn()')
}

test.each(['standby', 'primary'] as const)(
  'what was read on the %s before a write and stored after its tag was raised is never served',
  async (role) => {
    await standby.reached(await lsnOf(primary, 'pg_current_wal_flush_lsn()'))
    await using consumer = await HandConsumer.on(primary, table)
    await standby.reached(await lsnOf(primary, 'pg_current_wal_flush_lsn()'))
    const node = role === 'primary' ? primary : standby

    const early = await read(node)
    const written = await update()
    await consumer.catchUp()
    await fill(early)
    expect(await lookup(any)).toEqual({ outcome: 'stale', tag: 'public.post', answer: undefined })
    expect(await lookup(since(written))).toMatchObject({ outcome: 'stale' })

    await standby.reached(written)
    await fill(await read(node))
    expect(rows(await lookup(since(written)))).toEqual(['new'])
  },
)

test('an entry from the primary is not served once a commit shows that was held back', async () => {
  await using held = await HeldCommits.on(primary)
  await using consumer = await HandConsumer.on(primary, table)
  const acknowledged = update()
  await held.count(1)

  // The commit is in the WAL, and the primary does not show it yet.
  const early = await read(primary)
  expect(early.result.rows).toEqual([['old']])
  await fill(early)
  await consumer.catchUp()
  expect(await lookup(any)).toMatchObject({ outcome: 'stale' })
  // Another one is read and stored behind the raised tag.
  const late = await read(primary)
  await fill(late)
  expect(await lookup(any)).toMatchObject({ outcome: 'stale' })

  // By the primary's position it would have seemed to be newer than the commit.
  const lo = { epoch: 1, lsn: await lsnOf(primary, 'pg_current_wal_lsn()') }
  expect(judgeEntry({ lo, tags }, await table.read({ tags }))).toMatchObject({ outcome: 'good' })

  await held.release()
  const written = await acknowledged
  expect((await read(primary)).result.rows).toEqual([['new']])
  expect(await lookup(any)).toMatchObject({ outcome: 'stale' })
  expect(await lookup(since(written))).toMatchObject({ outcome: 'stale' })
  await fill(await read(primary))
  expect(rows(await lookup(any))).toEqual(['new'])
})

test('with the consumer dead, who has written goes on to Postgres, and others are served', async () => {
  await using consumer = await HandConsumer.on(primary, table)
  const before = await update()
  await consumer.catchUp()
  await standby.reached(before)
  await fill(await read(standby))
  expect(rows(await lookup(since(before)))).toEqual(['new'])

  await primary.query(`update post set body = 'newer'`)
  const after = await lsnOf(primary, 'pg_current_wal_flush_lsn()')
  expect(await lookup(since(after))).toMatchObject({ outcome: 'behind' })
  expect(await lookup({ kind: 'within', since: Date.now() })).toMatchObject({ outcome: 'behind' })
  expect(rows(await lookup(any))).toEqual(['new'])
  expect(rows(await lookup(since(before)))).toEqual(['new'])
})
