/** Who may ask, how much, and what operators see. */
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createGateway } from '../../../gateway/gateway.ts'
import { resolveSettings } from '../../../gateway/settings/resolve.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ask, startGateway, toNodeConfig } from '../../support/gateway.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
})

afterAll(async () => await world?.stop())

test('with tokens nobody asks without one of them', async () => {
  const tokens = ['first-token-of-two', 'second-token-of-two']
  await using gateway = await startGateway([world.primary], { settings: { bearerTokens: tokens } })
  for (const authorization of ['', 'Bearer wrong-token-of-two', 'Basic first-token-of-two']) {
    const { status, header } = await ask(gateway, world.primary, 'select 1', { authorization })
    expect([status, header('www-authenticate')]).toEqual([401, 'Bearer'])
  }
  for (const token of tokens) {
    const authorization = `Bearer ${token}`
    expect(await ask(gateway, world.primary, 'select 1', { authorization })).toMatchObject({
      status: 200,
    })
  }
})

test('one address may ask only so often', async () => {
  await using gateway = await startGateway([world.primary], { settings: { rateLimit: 5 } })
  const asked = Array.from({ length: 50 }, () => ask(gateway, world.primary, 'select 1'))
  const replies = await Promise.all(asked)
  const refused = replies.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]?.header('retry-after')).toBe('1')
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5)
})

test('with no room and no time left a request is told when to come back, and ran nothing', async () => {
  const settings = { poolSize: 1, maxWaiting: 1, queueMs: 200 }
  await using gateway = await startGateway([world.primary], { settings })
  const controller = new AbortController()
  const long = ask(gateway, world.primary, 'select pg_sleep(60)', {}, controller.signal)
  await until('it to run', async () => {
    const rows = await world.primary.query(
      `select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`,
    )
    return rows.length === 1
  })
  const replies = await Promise.all([
    ask(gateway, world.primary, 'create table never ()'),
    ask(gateway, world.primary, 'create table never ()'),
  ])
  for (const { status, header } of replies) {
    expect([status, header('retry-after'), header('tidegate-outcome')]).toEqual([
      503,
      '1',
      'overloaded',
    ])
  }
  controller.abort()
  await expect(long).rejects.toThrow(/abort/i)
  expect((await ask(gateway, world.primary, `select to_regclass('never')`)).rows).toEqual([[null]])
})

test('connections are bounded over all credentials, and idle ones make room', async () => {
  const settings = { poolSize: 3, maxConnections: 3, maxPools: 2 }
  await using gateway = await startGateway([world.primary], { settings })
  await world.primary.query(`create role second login password 'second'`)
  await world.primary.query(`create role third login password 'third'`)
  for (const name of ['tidegate', 'second', 'third', 'tidegate']) {
    const url = world.primary.url().replace('tidegate:tidegate', `${name}:${name}`)
    const headers = { 'Neon-Connection-String': url }
    const asked = Array.from({ length: 6 }, () =>
      ask(gateway, world.primary, 'select current_user, pg_sleep(0.01)', headers),
    )
    for (const { rows } of await Promise.all(asked)) expect(rows).toMatchObject([[name, '']])
    expect(gateway.gateway.connections).toBeLessThanOrEqual(3)
  }
})

test('who keeps all connections busy has to share them', async () => {
  const settings = { poolSize: 2, maxConnections: 2, queueMs: 20_000 }
  await using gateway = await startGateway([world.primary], { settings })
  await world.primary.query(`create role guest login password 'guest'`)
  const url = world.primary.url().replace('tidegate:tidegate', 'guest:guest')
  const enough = new AbortController()
  const keepBusy = Array.from({ length: 6 }, async () => {
    while (!enough.signal.aborted) {
      const { status } = await ask(gateway, world.primary, 'select pg_sleep(0.005)')
      expect(status).toBe(200)
    }
  })
  const guests: unknown[] = []
  for (let round = 0; round < 3; round++) {
    const headers = { 'Neon-Connection-String': url }
    const { rows } = await ask(gateway, world.primary, 'select current_user', headers)
    guests.push(...rows)
  }
  enough.abort()
  await Promise.all(keepBusy)
  expect(guests).toEqual([['guest'], ['guest'], ['guest']])
})

test('a database that accepts connections and does not answer is told as such', async () => {
  const settings = { queueMs: 200 }
  await using gateway = await startGateway([world.primary], { settings })
  world.primary.freeze()
  try {
    const { status, header } = await ask(gateway, world.primary, 'create table never ()')
    expect([status, header('tidegate-outcome')]).toEqual([500, 'unreachable'])
  } finally {
    world.primary.thaw()
  }
})

test('connections that nobody uses are closed', async () => {
  await using gateway = await startGateway([world.primary], { settings: { idleMs: 1 } })
  await ask(gateway, world.primary, 'select 1')
  await until('it to be closed', () => gateway.gateway.connections === 0)
})

test('a statement that takes too long is cancelled, also if its session thinks otherwise', async () => {
  const settings = { statementTimeoutMs: 100, queryTimeoutMs: 300 }
  await using gateway = await startGateway([world.primary], { settings })
  for (const queries of [
    [{ query: 'select pg_sleep(60)' }],
    [{ query: 'set statement_timeout = 0' }, { query: 'select pg_sleep(60)' }],
  ]) {
    expect(await ask(gateway, world.primary, { queries })).toMatchObject({
      status: 400,
      body: { code: '57014' },
    })
  }
})

test('health tells of a database that cannot be reached, and of the end', async () => {
  const nobody = { ...toNodeConfig(world.primary), port: await world.freePort() }
  const settings = resolveSettings({ nodes: [nobody], logLevel: 'silent' })
  await using away = createGateway(settings)
  const ready = await away.app.request('/health/ready')
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not ready', reasons: ['iad-1 cannot be reached'] },
  ])
  expect((await away.app.request('/health/live')).status).toBe(200)
  const refused = await away.app.request('/sql', {
    method: 'POST',
    body: '{"query":"select 1"}',
    headers: { 'Neon-Connection-String': world.primary.url() },
  })
  expect([refused.status, refused.headers.get('tidegate-outcome')]).toEqual([500, 'unreachable'])

  await using gateway = await startGateway([world.primary])
  expect((await fetch(new URL('/health', gateway.url))).status).toBe(200)
  gateway.gateway.operations.health.stop()
  expect((await fetch(new URL('/health', gateway.url))).status).toBe(503)
})

test('mounted in another app it answers as by itself', async () => {
  const settings = resolveSettings({
    nodes: [toNodeConfig(world.primary)],
    logLevel: 'silent',
    maxRequestBytes: 1_000,
  })
  await using gateway = createGateway(settings)
  const request = async (body: string): Promise<Response> =>
    await gateway.app.request('/sql', {
      method: 'POST',
      body,
      headers: { 'Neon-Connection-String': world.primary.url() },
    })
  const typed = `select true as yes, 1::int2 as small, 1.5::float8 as float, 'NaN'::float4 as nan,
    1::int8 as big, '{"a": [1]}'::jsonb as json, '[0:1]={t,NULL}'::bool[] as list,
    '{{"a,b","c\\"d"},{"NULL",e}}'::text[] as texts, null as nothing`
  expect(await (await request(JSON.stringify({ query: typed }))).json()).toMatchObject({
    rowAsArray: false,
    rows: [
      {
        yes: true,
        small: 1,
        float: 1.5,
        nan: 'NaN',
        big: '1',
        json: { a: [1] },
        list: [true, null],
        texts: [
          ['a,b', 'c"d'],
          ['NULL', 'e'],
        ],
        nothing: null,
      },
    ],
  })
  expect((await request('x'.repeat(2_000))).status).toBe(413)
})

test('a batch is answered with how it was run, and a plain client hears nothing of positions', async () => {
  await using gateway = await startGateway([world.primary])
  const headers = {
    'Neon-Batch-Isolation-Level': 'Serializable',
    'Neon-Batch-Read-Only': 'true',
    'Neon-Batch-Deferrable': 'true',
  }
  const reply = await ask(gateway, world.primary, { queries: [{ query: 'select 1' }] }, headers)
  for (const [name, value] of Object.entries(headers)) expect(reply.header(name)).toBe(value)
  expect(reply.header('neon-request-id')).toMatch(/^[\da-f-]{36}$/)
  expect(reply.header('access-control-allow-origin')).toBe('*')
  expect(reply.header('tidegate-node')).toBeNull()

  const plain = await ask(gateway, world.primary, { queries: [{ query: 'select 1' }] })
  for (const name of Object.keys(headers)) expect(plain.header(name)).toBeNull()
})

test('the log and the metrics tell what went wrong, and nothing of the data', async () => {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })
  const settings = resolveSettings({ nodes: [toNodeConfig(world.primary)] })
  await using gateway = createGateway(settings, { log })
  const url = world.primary.url().replace(/:[^:@/]+@/, ':my-secret@')
  for (const [body, connection] of [
    ['{"query":"select \'my-secret\'::int"}', world.primary.url()],
    ['{"query":"select 1","params":["my-secret"]}', world.primary.url()],
    ['my-secret', world.primary.url()],
    ['{"query":"select 1"}', url],
  ] as const) {
    const headers = { 'Neon-Connection-String': connection, 'Tidegate-Positions': 'true' }
    await gateway.app.request('/sql', { method: 'POST', body, headers })
  }
  const metrics = await (await gateway.app.request('/metrics')).text()
  expect(metrics).toContain('tidegate_gateway_requests_total{status="400"} 4')
  const logged = lines.join('')
  expect(logged).toContain('"sqlState":"22P02"')
  expect(logged).toContain('"sqlState":"28P01"')
  expect(logged + metrics).not.toContain('my-secret')
  expect(logged + metrics).not.toContain('tidegate:tidegate')
})
