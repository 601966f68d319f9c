/** The gate against nodes that lag, hang and are cut off: where reads go, and what they never do. */
import { types } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import type { Sql } from '../../../src/client/sql.ts'
import {
  createTidegate,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import { type PgDriver, pgDriver } from '../../../src/drivers/node/pg.ts'
import { HeldCommits } from '../../support/held-commits.ts'

let world: World
let driver: PgDriver
let standbys: readonly [PostgresNode, PostgresNode]
let subscriber: PostgresNode

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby', 'standby'] }, syd: { nodes: ['subscriber'] } },
    schema: `create table note (id serial primary key, body text);
      create schema tidegate;
      create table tidegate.tide (one bool primary key default true check (one), lsn pg_lsn, at timestamptz)`,
    distanceScale: 0.1,
  })
  const [first, second] = world.region('fra').nodes
  const [third] = world.region('syd').nodes
  if (!first || !second || !third) throw new Error('the world lacks a node')
  standbys = [first, second]
  subscriber = third
})

afterAll(async () => await world?.stop())

beforeEach(() => {
  driver = pgDriver()
})

afterEach(async () => {
  world.link('fra', 'iad').heal()
  for (const node of [...standbys, subscriber]) await node.resumeReplay()
  await world.databases.caughtUp()
  await driver.end()
})

function near(options: Partial<TidegateOptions> = {}): Tidegate {
  return createTidegate(
    {
      primary: { region: 'iad', url: world.primary.url('fra') },
      replicas: standbys.map((node, index) => ({
        name: `fra-${index + 1}`,
        region: 'fra' as const,
        url: node.url('fra'),
      })),
      region: 'fra',
      timeoutMs: 20_000,
      ...options,
    },
    { driver, types },
  )
}

async function heartbeat(): Promise<void> {
  await world.primary.query(
    `insert into tidegate.tide (lsn, at) values (pg_current_wal_insert_lsn(), clock_timestamp())
     on conflict (one) do update set lsn = excluded.lsn, at = excluded.at`,
  )
}

test('of two nodes of a region the one that has the write answers, while the other stands still', async () => {
  const [paused, moving] = standbys
  await paused.pauseReplay()
  const { sql } = near().session()
  await sql`insert into note (body) values ('one of two')`
  await moving.reached(await world.primary.position())
  for (let round = 0; round < 10; round++) {
    expect(await sql`select from note where body = 'one of two'`).toHaveLength(1)
  }
  await until('a near answer', async () => {
    const rows = await sql`select from note where body = 'one of two'`
    expect(rows).toHaveLength(1)
    return rows.tide.node === 'fra-2'
  })
})

test('reads that alternate between nodes at different positions never go backwards', async () => {
  const [paused] = standbys
  const tg = near({ balance: 'random' })
  const { sql } = tg.session()
  await sql`select 1`
  await paused.pauseReplay()
  let seen = 0
  for (let round = 0; round < 20; round++) {
    await world.primary.query(`insert into note (body) values ('forwards')`)
    // Others are sent to both, so it is known of both how far they are.
    await tg.session().sql.with({ freshness: 'any' })`select 1`
    const [row] = await sql<{ n: number }>`select count(*)::int n from note where body = 'forwards'`
    expect(row?.n).toBeGreaterThanOrEqual(seen)
    seen = row?.n ?? 0
  }
  expect(seen).toBeGreaterThan(0)
})

test('with home cut off, near reads go on, and strong reads and writes fail and say what is known', async () => {
  const tg = near({ timeoutMs: 500 })
  const { sql } = tg.session()
  await sql`select 1`
  await world.databases.caughtUp()
  world.link('fra', 'iad').cut()
  for (const freshness of ['any', 'session', { within: 600_000 }] as const) {
    const rows = await sql.with({ freshness })`select count(*) from note`
    expect(rows.tide.source).toBe('replica')
  }
  await expect(sql.with({ freshness: 'strong' })`select 1`).rejects.toMatchObject({
    committed: 'no',
    retryable: true,
  })
  await expect(sql`insert into note (body) values ('cut off')`).rejects.toMatchObject({
    code: expect.stringMatching(/TIMEOUT|WRITE_FAILED/),
  })
  await expect(
    sql.with({ freshness: { within: 0 }, route: 'replica' })`select 1`,
  ).rejects.toMatchObject({
    code: 'NEED_UNMET',
    attempts: [{ outcome: 'too old' }, { outcome: 'too old' }],
  })
})

test('a replica that hangs is given up on, and the read goes on', async () => {
  const [frozen] = standbys
  const { sql } = near({ timeoutMs: 2000, balance: 'round-robin' }).session()
  await sql`select 1`
  await sql`select 1`
  frozen.freeze()
  try {
    const answers = await Promise.all([sql`select 1 as one`, sql`select 1 as one`])
    expect(answers).toEqual([[{ one: 1 }], [{ one: 1 }]])
    expect(answers.map(({ tide }) => tide.node)).not.toContain('fra-1')
  } finally {
    frozen.thaw()
  }
})

test('a replica that lags too far is not asked, and comes back by itself', async () => {
  const [lagging] = standbys
  const replicas = [{ name: 'fra-1', region: 'fra', url: lagging.url('fra') }]
  const { sql } = near({ replicas, maxLag: { bytes: 1000 } }).session()
  const any = sql.with({ freshness: 'any' })
  await lagging.pauseReplay()
  await sql`insert into note (body) select repeat('x', 100) from generate_series(1, 100)`
  expect((await any`select 1`).tide.node).toBe('fra-1')
  // It has told how far it is behind.
  expect((await any`select 1`).tide.node).toBe('iad-1')
  await lagging.resumeReplay()
  await until('it to be asked again', async () => (await any`select 1`).tide.node === 'fra-1')
})

test('a pool of its own is left alone by queries that do not name it', async () => {
  const [plain, kept] = standbys
  const replicas = [
    { name: 'plain', region: 'fra', url: plain.url('fra') },
    { name: 'kept', region: 'fra', url: kept.url('fra'), pool: 'analytics' },
  ]
  const { sql } = near({ replicas, freshness: 'any' }).session()
  for (let round = 0; round < 5; round++) {
    expect((await sql`select 1`).tide.node).toBe('plain')
  }
  expect((await sql.with({ pool: 'analytics' })`select 1`).tide.node).toBe('kept')
  expect((await sql`/* tidegate: pool=analytics */ select 1`).tide.node).toBe('kept')
})

async function isStrong(sql: Sql): Promise<boolean> {
  const { tide } = await sql`select count(*) from note`
  return tide.source === 'primary'
}

test('what is said of a query counts before what is said of the session, a hint, a rule and the client', async () => {
  const rules = [{ table: 'note', freshness: 'strong' as const }]
  const tg = near({ freshness: 'any', rules })
  expect(await isStrong(tg.session().sql)).toBe(true)
  expect((await tg.session().sql`select 1`).tide.source).toBe('replica')
  const hinted = await tg.session().sql`/* tidegate: any */ select count(*) from note`
  expect(hinted.tide.source).toBe('replica')
  const { sql } = tg.session(undefined, { freshness: 'strong' })
  expect((await sql`/* tidegate: any */ select 1`).tide.source).toBe('primary')
  expect(await isStrong(sql.with({ freshness: 'any' }))).toBe(false)
})

test('a token that is kept beside a resource holds for others who read it', async () => {
  for (const node of standbys) await node.pauseReplay()
  const tg = near()
  const writer = tg.session()
  await writer.sql`insert into note (body) values ('kept beside')`
  const atLeast = await writer.session.token()
  const reader = tg.session().sql
  const rows = await reader.with({
    freshness: { atLeast },
  })`select from note where body = 'kept beside'`
  expect(rows).toHaveLength(1)
  expect(await reader`select from note where body = 'kept beside'`).toHaveLength(1)
})

test('a subscriber serves a session as soon as the heartbeat has brought its write, and not before', async () => {
  await heartbeat()
  const replicas = [
    { name: 'syd', region: 'syd', url: subscriber.url(), role: 'subscriber' as const },
  ]
  const { sql } = near({ replicas, region: 'syd' }).session()
  await sql`insert into note (body) values ('down under')`
  const early = await sql`select from note where body = 'down under'`
  expect(early).toHaveLength(1)
  expect(early.tide.node).toBe('iad-1')
  await until('a near answer', async () => {
    // What the session has read at home in the meantime it must find again as well.
    await heartbeat()
    const rows = await sql`select from note where body = 'down under'`
    expect(rows).toHaveLength(1)
    return rows.tide.node === 'syd'
  })
})

test('what a lagging replica lacks of the schema is no error while home may have it', async () => {
  await world.primary.query('create table made_before (id int)')
  await world.databases.caughtUp()
  for (const node of standbys) await node.pauseReplay()
  const writer = near().session()
  await writer.sql`create table made_just_now (id int)`
  await writer.sql`alter table made_before add column body text`
  expect(await writer.sql`select * from made_just_now`).toEqual([])
  // Nor in an isolate that knows nothing but the session's token.
  const token = await writer.session.token()
  const headers = new Headers({ 'tidegate-token': token })
  const { tide } = await near().session({ headers }).sql`select body from made_before`
  const outcomes = tide.attempts.map(({ outcome }) => outcome)
  expect([...new Set(outcomes)]).toEqual(['42703', 'served'])
  // Who asks for nothing newer gets what the replica has: an error.
  await expect(near().session().sql`select * from made_just_now`).rejects.toMatchObject({
    sqlState: '42P01',
  })
})

test('what a subscriber lacks of the schema is read at home, at once from then on', async () => {
  await heartbeat()
  await world.primary.query('create table only_at_home (id int)')
  const replicas = [
    { name: 'syd', region: 'syd', url: subscriber.url(), role: 'subscriber' as const },
  ]
  const { sql } = near({ replicas, region: 'syd', freshness: 'any' }).session()
  for (let round = 0; round < 2; round++) {
    const rows = await sql`select * from only_at_home`
    expect(rows.tide.attempts).toMatchObject([{ node: 'iad-1', outcome: 'served' }])
  }
  await expect(sql`select * from nowhere_at_all`).rejects.toMatchObject({ sqlState: '42P01' })
  expect((await sql`select 1`).tide.node).toBe('syd')
})

test('a replica that does not let us in is passed over, and rests', async () => {
  const [node] = standbys
  for (const [from, to] of [
    [':tidegate@', ':wrong@'],
    ['/app', '/another'],
  ] as const) {
    const replicas = [{ name: 'fra-1', region: 'fra', url: node.url('fra').replace(from, to) }]
    const opened: string[] = []
    const tg = near({ replicas, onBreakerOpen: (name) => opened.push(name) })
    const { sql } = tg.session(undefined, { freshness: 'any' })
    for (let round = 0; round < 3; round++) {
      expect((await sql`select 1`).tide.node).toBe('iad-1')
    }
    expect(opened).toEqual(['fra-1'])
    await expect(sql.with({ route: 'replica' })`select 1`).rejects.toMatchObject({
      code: 'NEED_UNMET',
    })
  }
})

test('a commit that a standby shows before the primary does stays seen by those who saw it there', async () => {
  const tg = near()
  const held = await HeldCommits.on(world.primary)
  const { sql } = tg.session()
  const write = async (): Promise<void> => {
    await tg.session().sql`insert into note (body) values ('ghost')`
  }
  const writing = write()
  try {
    await held.count(1)
    await until('the standby to show it', async () => {
      const rows = await sql`select from note where body = 'ghost'`
      expect(rows.tide.role).toBe('standby')
      return rows.length === 1
    })
    for (let round = 0; round < 5; round++) {
      expect(await sql`select from note where body = 'ghost'`).toHaveLength(1)
    }
    // Home does not show it yet: an answer from there must not pass for as new as its WAL.
    const strong = tg.session()
    expect(
      await strong.sql.with({ freshness: 'strong' })`select from note where body = 'ghost'`,
    ).toHaveLength(0)
  } finally {
    await held.release()
  }
  await writing
  expect(
    await sql.with({ freshness: 'strong' })`select from note where body = 'ghost'`,
  ).toHaveLength(1)
})

test('answers tell how old they are, at most', async () => {
  const { sql } = near().session()
  await sql`insert into note (body) values ('aged')`
  await world.databases.caughtUp()
  const rows = await sql.with({ freshness: 'any' })`select from note`
  expect(rows.tide.role).toBe('standby')
  expect(rows.tide.stalenessMs).toBeGreaterThanOrEqual(0)
  expect(rows.tide.waitedMs).toBeLessThanOrEqual(rows.tide.ms)
})
