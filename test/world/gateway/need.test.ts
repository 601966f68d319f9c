/** Reads that ask for a position, on replicas that are late. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import type { History } from '../../../src/tide/history.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { ask, type Reply, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let gateway: TestGateway
let standby: PostgresNode
let subscriber: PostgresNode
let history: History | undefined
let ids = 0

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: `create table note (id int primary key);
      create schema tidegate;
      create table tidegate.tide (
        id boolean primary key default true check (id), lsn pg_lsn not null, at timestamptz not null)`,
    distanceScale: 0,
  })
  standby = nodeIn(world, 'fra', 'standby')
  subscriber = nodeIn(world, 'syd', 'subscriber')
  gateway = await startGateway([world.primary, standby, subscriber], { history: () => history })
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

afterEach(async () => {
  history = undefined
  await standby.set({ recovery_min_apply_delay: null })
  await world.databases.caughtUp()
})

async function write(): Promise<{ id: number; commit: string }> {
  const id = (ids += 1)
  const written = await ask(gateway, world.primary, `insert into note values (${id})`, {
    'Tidegate-Positions': 'true',
  })
  expect(written.status).toBe(200)
  const commit = written.header('Tidegate-Commit')
  if (commit === null) throw new Error('a write tells its commit')
  return { id, commit }
}

async function read(node: PostgresNode, id: number, need: string, waitMs: number): Promise<Reply> {
  return await ask(gateway, node, `select id from note where id = ${id}`, {
    'Tidegate-Positions': 'true',
    'Tidegate-Read-Only': 'true',
    'Tidegate-Need': need,
    'Tidegate-Wait-Ms': String(waitMs),
  })
}

test('a read waits for a standby that is late, and then has what it needs', async () => {
  await standby.delayReplay(300)
  const { id, commit } = await write()
  const { status, rows, header } = await read(standby, id, `1:${commit}`, 30_000)
  expect({ status, rows }).toEqual({ status: 200, rows: [[String(id)]] })
  expect(header('Tidegate-Role')).toBe('standby')
  expect(header('Tidegate-Node')).toBe(standby.name)
  expect(parseLsn(header('Tidegate-Lo') ?? '') >= parseLsn(commit)).toBe(true)
})

test('a read that may not wait that long is declined, and nothing ran', async () => {
  await standby.pauseReplay()
  try {
    const { id, commit } = await write()
    for (const waitMs of [50, 0]) {
      const declined = await read(standby, id, `1:${commit}`, waitMs)
      expect(declined.status).toBe(504)
      expect(declined.header('Tidegate-Outcome')).toBe('behind')
    }
  } finally {
    await standby.resumeReplay()
  }
})

test('what is declined did not run at all, neither a read nor a write', async () => {
  const needs = { 'Tidegate-Positions': 'true', 'Tidegate-Need': '1:FFFFFFF/0' }
  // Whoever ran it would answer with the error.
  const failing = `select 1 / (id - id) from (values (1)) as one (id)`
  expect(await ask(gateway, standby, failing)).toMatchObject({ body: { code: '22012' } })
  for (const node of [standby, world.primary]) {
    const readOnly = { ...needs, 'Tidegate-Read-Only': 'true' }
    const declined = await ask(gateway, node, failing, readOnly)
    expect(declined.status).toBe(504)
    expect(declined.header('Tidegate-Outcome')).toBe('behind')
  }
  const refused = await ask(gateway, world.primary, 'insert into note values (-7)', needs)
  expect(refused.status).toBe(504)
  expect(await world.primary.query('select from note where id = -7')).toEqual([])
})

test('a hundred who wait share one connection, and all are served', async () => {
  await standby.delayReplay(300)
  await read(standby, 0, '1:0/1', 0)
  const { id, commit } = await write()
  const waiting = Array.from(
    { length: 100 },
    async () => await read(standby, id, `1:${commit}`, 30_000),
  )
  const replies = await Promise.all(waiting)
  expect(replies.every(({ status, rows }) => status === 200 && rows.length === 1)).toBe(true)
  const [asking] = await standby.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where query like 'select case when pg_is_in_recovery() then%' and application_name = 'tidegate'`,
  )
  expect(asking?.n).toBe(1)
})

test('a subscriber has what its heartbeat says, and no more', async () => {
  const { id, commit } = await write()
  await world.databases.caughtUp()
  // The row is there, and nothing proves it.
  expect((await read(subscriber, id, `1:${commit}`, 0)).status).toBe(504)
  const waiting = read(subscriber, id, `1:${commit}`, 30_000)
  await world.primary.query(
    `insert into tidegate.tide (lsn, at) values (pg_current_wal_insert_lsn(), clock_timestamp())
     on conflict (id) do update set lsn = excluded.lsn, at = excluded.at`,
  )
  expect(await waiting).toMatchObject({ status: 200, rows: [[String(id)]] })
})

test('a subscriber takes no write that nobody thought of', async () => {
  const insert = 'insert into note values (-1)'
  expect(await ask(gateway, subscriber, insert)).toMatchObject({
    status: 400,
    body: { code: '25006' },
  })
})

test('the primary has what it has committed', async () => {
  const { id, commit } = await write()
  const { status, rows, header } = await read(world.primary, id, `1:${commit}`, 0)
  expect({ status, rows }).toEqual({ status: 200, rows: [[String(id)]] })
  expect(header('Tidegate-Lo')).toMatch(/^xmin=\d+$/)
  expect((await read(world.primary, id, '1:FFFFFFF/0', 0)).status).toBe(504)
})

test('a need of a history that the gateway was not told of is not claimed to be met', async () => {
  const { id, commit } = await write()
  await world.databases.caughtUp()
  expect((await read(standby, id, `2:${commit}`, 0)).status).toBe(504)
})

test('positions lie in the epoch that the history gives them', async () => {
  const { id, commit } = await write()
  await world.databases.caughtUp()
  const plain = await read(standby, id, `1:${commit}`, 0)
  expect(plain.header('Tidegate-Epoch')).toBeNull()

  // Epoch 3 went on from before this write, epoch 1 ended long ago.
  history = { ended: [{ epoch: 1, endedAt: parseLsn('0/10') }], current: 3 }
  const told = await read(standby, id, `3:${commit}`, 0)
  expect(told.status).toBe(200)
  expect(told.header('Tidegate-Epoch')).toBe('3')

  // A standby that has not come to the fork is in the epoch before it.
  const fork = parseLsn('FFFFFFF/0')
  history = { ended: [{ epoch: 1, endedAt: fork }], current: 2 }
  expect((await read(standby, id, `1:${commit}`, 0)).header('Tidegate-Epoch')).toBe('1')
  expect((await read(standby, id, `2:${commit}`, 0)).status).toBe(504)
})

test('who hangs up while waiting is forgotten', async () => {
  await standby.pauseReplay()
  try {
    const { id, commit } = await write()
    const controller = new AbortController()
    const waiting = ask(
      gateway,
      standby,
      `select id from note where id = ${id}`,
      { 'Tidegate-Need': `1:${commit}`, 'Tidegate-Wait-Ms': '60000' },
      controller.signal,
    )
    const failed = expect(waiting).rejects.toThrow(/abort/i)
    await until('it to wait', async () => await polls(standby))
    controller.abort()
    await failed
  } finally {
    await standby.resumeReplay()
  }
})

async function polls(node: PostgresNode): Promise<boolean> {
  const rows = await node.query(
    `select from pg_stat_activity where query like 'select case when pg_is_in_recovery()%'`,
  )
  return rows.length > 0
}
