/** A gateway that answers with the SDK: one hop to the region's cache, its replica and home. */
import { createServer } from 'node:net'

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { ask, farNode, type Reply, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let home: TestGateway
let fra: TestGateway
let syd: TestGateway
let standby: PostgresNode
let far: PostgresNode
let consumer: RegionConsumer
let farConsumer: RegionConsumer

const CREDENTIAL_MS = 400

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['standby'] } },
    schema: withSetup(`
      create table note (id serial primary key, author text, body text, at timestamptz default now());
      create view noted as select body from note;
      create table guarded (id int primary key)`),
    distanceScale: 0,
  })
  standby = nodeIn(world, 'fra', 'standby')
  far = nodeIn(world, 'syd', 'standby')
  ;[consumer, farConsumer] = await Promise.all([
    RegionConsumer.started(world, standby),
    RegionConsumer.started(world, far),
  ])
  home = await startGateway([world.primary])
  ;[fra, syd] = await Promise.all([near(standby), near(far)])
})

afterAll(async () => {
  await fra?.[Symbol.asyncDispose]()
  await syd?.[Symbol.asyncDispose]()
  await home?.[Symbol.asyncDispose]()
  await consumer?.[Symbol.asyncDispose]()
  await farConsumer?.[Symbol.asyncDispose]()
  await world?.stop()
})

afterEach(async () => {
  await far.resumeReplay()
  await standby.resumeReplay()
})

async function near(
  node: PostgresNode,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TestGateway> {
  return await startGateway([node], {
    settings: {
      readThrough: true,
      redisUrl: world.region(node.region).redis.url(),
      database: new URL(world.primary.url()).pathname.slice(1),
      region: node.region,
      elsewhere: [farNode(world.primary, home.url)],
      tokenKeys: ['the same secret in all the regions'.replaceAll(' ', '-')],
      credentialMs: CREDENTIAL_MS,
      ...settings,
    },
  })
}

/** Everything that is committed by now has been told in the regions. */
async function told(): Promise<void> {
  const position = await world.primary.position()
  await Promise.all([consumer.horizon(position), farConsumer.horizon(position)])
}

async function read(
  statement: string | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return await ask(fra, standby, statement, headers)
}

async function filled(text: string): Promise<void> {
  await until('a hit', async () => (await read(text)).header('tidegate-cache') === 'hit')
}

/** What a gateway has counted of its cache, by name and labels. */
async function countOf({ gateway }: TestGateway, sample: string): Promise<number> {
  const text = await (await gateway.app.request('/metrics')).text()
  const line = text.split('\n').find((each) => each.startsWith(`tidegate_gateway_cache_${sample} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}

function tokenOf({ header }: Reply): string {
  return header('tidegate-token') ?? ''
}

function withUser(node: PostgresNode, user: string, password: string): PostgresNode {
  const url = new URL(node.url())
  url.username = user
  url.password = password
  return Object.create(node, { url: { value: () => url.href } })
}

test('an answer comes from the replica first, then from the cache, with the same body', async () => {
  await world.primary.query(`insert into note (author, body) values ('kept', 'first')`)
  await told()
  const text = `select id, body, at from note where author = 'kept'`
  const miss = await read(text)
  expect(miss.status).toBe(200)
  expect(miss.header('tidegate-cache')).toBe('miss')
  expect(miss.header('tidegate-source')).toBe('replica')
  expect(miss.header('tidegate-node')).toBe(standby.name)
  expect(miss.header('server-timing')).toContain(standby.name)
  await filled(text)
  const hit = await read(text)
  expect(hit.header('tidegate-source')).toBe('cache')
  expect(hit.body).toEqual(miss.body)
  // As objects and with JSON's own types, from the same entry.
  const typed = { 'Neon-Array-Mode': 'false', 'Neon-Raw-Text-Output': 'false' }
  expect((await read(text, typed)).rows).toMatchObject([{ id: 1, body: 'first' }])
  const plain = await ask(home, world.primary, text, typed)
  expect((await read(text, typed)).body).toEqual(plain.body)
})

test('an answer that is given again as it was written tells an age that is still true', async () => {
  await world.primary.query(`insert into note (author, body) values ('aged', 'x')`)
  await told()
  const text = `select body from note where author = 'aged'`
  await filled(text)
  const age = await until('an answer that is given again', async () => {
    const again = 'lookups_total{outcome="hit",detail="written"}'
    const before = await countOf(fra, again)
    const { header } = await read(text)
    return (await countOf(fra, again)) > before && header('tidegate-age')
  })
  // It may be given for 100 ms.
  expect(Number(age)).toBeGreaterThanOrEqual(100)
})

test('a change makes the answer stale in its region, and readers of any may have it once more', async () => {
  await world.primary.query(`insert into note (author, body) values ('stale', 'old')`)
  await told()
  const text = `select body from note where author = 'stale'`
  await filled(text)
  await world.primary.query(`update note set body = 'new' where author = 'stale'`)
  await told()
  const { cache, rows } = await until('the change', async () => {
    const { rows: found, header } = await read(text)
    return JSON.stringify(found) === '[["new"]]' && { cache: header('tidegate-cache'), rows: found }
  })
  expect(rows).toEqual([['new']])
  expect(['stale: public.note has changed', 'hit']).toContain(cache)
})

test('a session that wrote sees it, here and through a gateway of a region that lags', async () => {
  await world.primary.query(`insert into note (author, body) values ('ada', 'old')`)
  await told()
  const text = `select body from note where author = 'ada' order by id`
  await filled(text)
  await until('a hit there', async () => {
    return (await ask(syd, far, text)).header('tidegate-cache') === 'hit'
  })
  await far.pauseReplay()
  const written = await read(`insert into note (author, body) values ('ada', 'new') returning body`)
  expect(written.header('tidegate-source')).toBe('primary')
  expect(written.rows).toEqual([['new']])
  const token = tokenOf(written)
  const here = await read(text, { 'tidegate-token': token })
  expect(here.rows).toEqual([['old'], ['new']])
  expect((await ask(syd, far, text)).rows).toEqual([['old']])
  // Although this region is past the write, its token goes on: another one is not.
  const there = await ask(syd, far, text, { 'tidegate-token': tokenOf(here) })
  expect(there.rows).toEqual([['old'], ['new']])
  expect(there.header('tidegate-source')).toBe('primary')
})

test('a forged token is not believed, and the answer is what a stranger gets', async () => {
  const reply = await read('select 1', { 'tidegate-token': 'EAAAAAAAAAAAAAAA' })
  expect(reply.status).toBe(200)
  expect(reply.rows).toEqual([['1']])
})

test('freshness and caching may be asked for by headers, and by hints', async () => {
  const strong = await read('select count(*) from note', { 'Tidegate-Freshness': 'strong' })
  expect(strong.header('tidegate-source')).toBe('primary')
  const hinted = await read('/* tidegate: strong */ select count(*) from note')
  expect(hinted.header('tidegate-source')).toBe('primary')
  const off = await read('select count(*) from note', { 'Tidegate-Cache': 'off' })
  expect(off.header('tidegate-cache')).toBeNull()
  const within = await read('select 1', { 'Tidegate-Freshness': 'within=1m' })
  expect(within.status).toBe(200)
  for (const headers of [{ 'Tidegate-Freshness': 'soon' }, { 'Tidegate-Cache': '0' }]) {
    const refused = await read('select 1', headers)
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ message: expect.stringContaining('invalid header') })
  }
})

test('transactions go home as one, and those that only read to the replica', async () => {
  const queries = [
    { query: `insert into note (author, body) values ('tx', $1) returning body`, params: ['one'] },
    { query: `select count(*)::int as n from note where author = 'tx'` },
  ]
  const written = await read({ queries })
  expect(written.status).toBe(200)
  expect(written.body).toMatchObject({ results: [{ rows: [['one']] }, { rows: [['1']] }] })
  const readOnly = await read(
    { queries: [{ query: 'select 1' }, { query: 'select 2' }] },
    { 'Neon-Batch-Read-Only': 'true' },
  )
  expect(readOnly.header('tidegate-source')).toBe('replica')
  expect(readOnly.header('neon-batch-read-only')).toBe('true')
  expect((await read({ queries: [] })).body).toEqual({ results: [] })
})

test('what Postgres refuses is told as Postgres says it, from here and from home', async () => {
  const here = await read('select nothing from note')
  expect(here.status).toBe(400)
  expect(here.body).toMatchObject({
    code: '42703',
    severity: 'ERROR',
    routine: 'errorMissingColumn',
  })
  await read(`insert into guarded values (1)`)
  const there = await read(`insert into guarded values (1)`)
  expect(there.body).toMatchObject({ code: '23505', constraint: 'guarded_pkey', table: 'guarded' })
  const meaningless = await read(`set search_path to nowhere`)
  expect(meaningless.status).toBe(400)
})

test('a schema that changes voids what was kept, and answers are kept again', async () => {
  const text = `select * from noted where body = 'shape'`
  await world.primary.query(`insert into note (body) values ('shape')`)
  await told()
  await filled(text)
  await world.primary.query(`create or replace view noted as select body, 1 as more from note`)
  await told()
  await until('the new shape', async () => {
    return JSON.stringify((await read(text)).rows) === '[["shape","1"]]'
  })
  await filled(text)
})

test('an answer that is cached for one role is none of another, and of none that Postgres refuses', async () => {
  await world.primary.query(`create role reader login password 'right'`)
  await world.primary.query(`grant select on guarded to reader`)
  await told()
  const text = 'select count(*) from guarded'
  await filled(text)
  const reader = withUser(standby, 'reader', 'right')
  await until('the role to be there', async () => {
    return (await ask(fra, reader, text)).status === 200
  })
  const wrong = await ask(fra, withUser(standby, 'reader', 'wrong'), text)
  expect(wrong).toMatchObject({ status: 400, body: { code: '28P01' } })
  expect(wrong.rows).toEqual([])
  await world.primary.query(`revoke select on guarded from reader`)
  await told()
  // It is a change of the schema, which the consumer tells.
  await until('the right to be gone', async () => {
    const { body } = await ask(fra, reader, text)
    return JSON.stringify(body).includes('42501')
  })
  expect((await read(text)).status).toBe(200)
})

test('a password that was changed stops working soon, although its answers are cached', async () => {
  await world.primary.query(`create role changing login password 'before'`)
  await world.primary.query(`grant select on note to changing`)
  await told()
  const text = 'select count(*) from note where id < 0'
  const before = withUser(standby, 'changing', 'before')
  await until(
    'a hit',
    async () => (await ask(fra, before, text)).header('tidegate-cache') === 'hit',
  )
  await world.primary.query(`alter role changing password 'after'`)
  await told()
  const refused = await until('the old one to be refused', async () => {
    const reply = await ask(fra, before, text)
    return reply.status === 400 && reply
  })
  expect(refused.body).toMatchObject({ code: '28P01' })
  expect((await ask(fra, before, text)).status).toBe(400)
  expect((await ask(fra, withUser(standby, 'changing', 'after'), text)).status).toBe(200)
})

test('settings of the session that come with a connection string keep it away from the cache', async () => {
  const text = 'select count(*) from note where id < -1'
  await told()
  await filled(text)
  const url = new URL(standby.url())
  url.searchParams.set('options', '-c search_path=nowhere')
  const elsewhere: PostgresNode = Object.create(standby, { url: { value: () => url.href } })
  const reply = await ask(fra, elsewhere, text)
  expect(reply).toMatchObject({ status: 400, body: { code: '42P01' } })
})

test('with Redis away answers come from Postgres, and no epoch is claimed', async () => {
  const text = 'select count(*) from note where id < -2'
  await told()
  await filled(text)
  const positions = { 'Tidegate-Positions': 'true', 'Tidegate-Read-Only': 'true' }
  await until(
    'an epoch',
    async () => (await read('select 1', positions)).header('tidegate-epoch') === '1',
  )
  const redis = world.region('fra').redis
  await redis.kill()
  try {
    const written = await read(`insert into note (author, body) values ('away', 'yes')`)
    expect(written.status).toBe(200)
    const seen = await read(`select body from note where author = 'away'`, {
      'tidegate-token': tokenOf(written),
    })
    expect(seen.rows).toEqual([['yes']])
    await until(
      'no claim',
      async () => (await read('select 1', positions)).header('tidegate-epoch') === null,
    )
  } finally {
    await redis.start()
  }
  await until('a hit again', async () => (await read(text)).header('tidegate-cache') === 'hit')
})

test('with home away the cache and the replica go on, and a write is refused without having run', async () => {
  const text = 'select count(*) from note where id < -3'
  await told()
  await filled(text)
  const port = await world.freePort()
  await using alone = await near(standby, {
    elsewhere: [farNode(world.primary, `http://127.0.0.1:${port}/sql`)],
  })
  expect((await ask(alone, standby, text)).status).toBe(200)
  const refused = await ask(alone, standby, `insert into note (body) values ('never')`)
  expect(refused.status).toBe(500)
  expect(refused.header('tidegate-outcome')).toBe('unreachable')
})

test('a write whose answer is lost is told to be in doubt, and was sent once', async () => {
  const heads: string[] = []
  // It takes the request, and hangs up.
  const deaf = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk: Buffer) => {
      heads.push(chunk.toString('latin1').split('\r\n')[0] ?? '')
      socket.destroy()
    })
  })
  const port = await world.freePort()
  await new Promise<void>((resolve) => void deaf.listen(port, '127.0.0.1', resolve))
  try {
    await using alone = await near(standby, {
      elsewhere: [farNode(world.primary, `http://127.0.0.1:${port}/sql`)],
    })
    const lost = await ask(alone, standby, `insert into note (body) values ('in doubt')`)
    expect(lost.status).toBe(500)
    expect(lost.header('tidegate-outcome')).toBeNull()
    expect(heads).toEqual(['POST /sql HTTP/1.1'])
  } finally {
    deaf.close()
  }
})

test('a credential that Postgres refuses is refused however its connection string looks', async () => {
  const url = new URL(standby.url())
  url.password = 'wrong'
  url.searchParams.set('options', '-c search_path=public')
  const stranger: PostgresNode = Object.create(standby, { url: { value: () => url.href } })
  for (let i = 0; i < 3; i++) {
    expect((await ask(fra, stranger, 'select 1')).body).toMatchObject({ code: '28P01' })
  }
})

test('the metrics tell what the cache said, and why it was not asked', async () => {
  await using counted = await near(standby)
  const count = async (sample: string): Promise<number> => await countOf(counted, sample)
  await told()
  const text = 'select count(*) from note where id < -4'
  await until('a hit', async () => {
    return (await ask(counted, standby, text)).header('tidegate-cache') === 'hit'
  })
  expect(await count('lookups_total{outcome="miss",detail=""}')).toBeGreaterThan(0)
  expect(await count('fills_total{outcome="filled"}')).toBeGreaterThan(0)
  const hits = async (): Promise<number> => {
    const all = ['memory', 'store', 'written'].map(
      async (where) => await count(`lookups_total{outcome="hit",detail="${where}"}`),
    )
    return (await Promise.all(all)).reduce((sum, each) => sum + each, 0)
  }
  const before = await hits()
  for (let i = 0; i < 5; i++) await ask(counted, standby, text)
  expect((await hits()) - before).toBe(5)
  await ask(counted, standby, text, { 'Tidegate-Freshness': 'strong' })
  expect(await count('lookups_total{outcome="bypass",detail="strong"}')).toBe(1)
  await ask(counted, standby, 'select random()')
  expect(await count('lookups_total{outcome="bypass",detail="uncacheable"}')).toBe(1)
})
