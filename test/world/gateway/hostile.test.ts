/** Requests that nobody should send: each has an answer of its kind, and nothing stays behind. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ask, startGateway, type TestGateway } from '../../support/gateway.ts'
import { exchangeBytes, requestText } from '../../support/raw-http.ts'

let world: World
let gateway: TestGateway

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
  gateway = await startGateway([world.primary], {
    settings: {
      poolSize: 4,
      maxRequestBytes: 1_000_000,
      maxResponseBytes: 1_000_000,
      headersTimeoutMs: 500,
      bodyTimeoutMs: 1_000,
    },
  })
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function send(
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'Neon-Connection-String': world.primary.url(), ...headers },
    body,
  })
  return { status: response.status, body: await response.json() }
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

const malformed: readonly [string, string][] = [
  ['nothing', ''],
  ['no JSON', '{"query":'],
  ['a secret that is no JSON', 'my secret'],
  ['a number', '42'],
  ['null', 'null'],
  ['a list', '["select 1"]'],
  ['no query', '{}'],
  ['a query that is a number', '{"query":1}'],
  ['a query that is null', '{"query":null}'],
  ['queries that are no list', '{"queries":{"query":"select 1"}}'],
  ['a query of a batch that is a text', '{"queries":["select 1"]}'],
  ['a query of a batch without its text', '{"queries":[{"params":[]}]}'],
  ['parameters that are an object', '{"query":"select 1","params":{"0":1}}'],
  ['an array mode that is a number', '{"query":"select 1","arrayMode":1}'],
  ['a null character', String.raw`{"query":"select 1\u0000; drop table note"}`],
  ['deep nesting', `{"query":"select $1","params":[${nested(100_000)}]}`],
  ['an object that is nested deep', `{"query":"select $1","params":[{"a":${nested(100_000)}}]}`],
  ['too many parameters', `{"query":"select 1","params":[${'1,'.repeat(65_535)}1]}`],
]

test.each(malformed)('%s is refused as a bad request, without its words', async (_, body) => {
  const answer = await send(body)
  expect(answer).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/^invalid request body: /), code: '', detail: null },
  })
  expect(JSON.stringify(answer.body)).not.toContain('secret')
})

test('ten thousand parameters are no attack', async () => {
  const places = Array.from({ length: 10_000 }, (_, index) => `$${index + 1}::int`)
  const { status, rows } = await ask(gateway, world.primary, {
    query: `select array_length(array[${places.join()}], 1)`,
    params: places.map((_, index) => index),
  })
  expect({ status, rows }).toEqual({ status: 200, rows: [['10000']] })
})

const refusedHeaders: readonly [string, Record<string, string>, RegExp][] = [
  ['no scheme', { 'Neon-Connection-String': 'nonsense' }, /connection string/],
  ['another scheme', { 'Neon-Connection-String': 'http://u:p@h/d' }, /scheme/],
  ['no database', { 'Neon-Connection-String': 'postgres://u:p@h/' }, /database/],
  ['no user', { 'Neon-Connection-String': 'postgres://h/d' }, /username/],
  ['no password', { 'Neon-Connection-String': 'postgres://u@h/d' }, /password/],
  ['no host', { 'Neon-Connection-String': 'postgres://u:p@/d' }, /hostname|connection string/],
  ['a broken escape', { 'Neon-Connection-String': 'postgres://u:%zz@h/d' }, /connection string/],
  ['a null character', { 'Neon-Connection-String': 'postgres://u:p@h/d%00x' }, /connection string/],
  ['another host', { 'Neon-Connection-String': 'postgres://u:p@169.254.169.254/d' }, /host/],
  ['a file for a host', { 'Neon-Connection-String': 'postgres://u:p@%2Ftmp/d' }, /host|string/],
  ['a level that is none', { 'Neon-Batch-Isolation-Level': 'Chaos' }, /isolation level/],
  ['a need that is none', { 'Tidegate-Need': 'soon' }, /Tidegate-Need/],
  ['a need of no epoch', { 'Tidegate-Need': '0:0/1' }, /Tidegate-Need/],
  ['a wait that is none', { 'Tidegate-Need': '1:0/1', 'Tidegate-Wait-Ms': '-1' }, /Wait-Ms/],
  ['ids that are none', { 'Tidegate-Xids': "1');select 1--" }, /Tidegate-Xids/],
]

test.each(refusedHeaders)('a header with %s is refused', async (_, headers, message) => {
  const body = JSON.stringify({ queries: [{ query: 'select 1' }] })
  expect(await send(body, headers)).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(message) },
  })
})

test('a connection string cannot lead anywhere else, whatever it says besides its host', async () => {
  const elsewhere = await world.freePort()
  const url = new URL(world.primary.url())
  for (const name of ['host', 'hostaddr', 'port', 'sslcert', 'sslkey', 'sslrootcert', 'service']) {
    url.searchParams.set(name, name === 'port' ? String(elsewhere) : '/etc/passwd')
  }
  const { status } = await send('{"query":"select 1"}', { 'Neon-Connection-String': url.href })
  expect(status).toBe(200)
})

test('a header that comes twice is not one of them', async () => {
  const one = `Neon-Connection-String: ${world.primary.url()}\r\n`
  const body = '{"query":"select 1"}'
  const answer = await exchangeBytes(gateway.server.port, (socket) => {
    socket.write(
      `POST /sql HTTP/1.1\r\nHost: g\r\nConnection: close\r\n${one}${one}Content-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
})

test('a body that is too large is refused, told beforehand or not', async () => {
  const large = JSON.stringify({ query: `select '${'x'.repeat(1_000_000)}'` })
  expect(await send(large)).toMatchObject({
    status: 413,
    body: { message: 'request is too large (max is 1000000 bytes)' },
  })
  const answer = await exchangeBytes(gateway.server.port, (socket) => {
    socket.write(
      `POST /sql HTTP/1.1\r\nHost: g\r\nConnection: close\r\nNeon-Connection-String: ${world.primary.url()}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    socket.write(`${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

test('an answer that is too large is refused, and its query ended', async () => {
  // In the list of what is selected it comes row by row; as a table it would be made whole first.
  const endless = `select repeat('x', 1000), 'endless', generate_series(1, 1000000000)`
  expect((await ask(gateway, world.primary, endless)).status).toBe(507)
  await until('it to end', async () => {
    const rows = await world.primary.query(
      `select from pg_stat_activity where query like '%endless%' and pid <> pg_backend_pid()`,
    )
    return rows.length === 0
  })
})

test('headers that are too large are refused', async () => {
  const answer = await exchangeBytes(gateway.server.port, (socket) => {
    socket.write(requestText({ 'X-Large': 'x'.repeat(20_000) }, '{}'))
  })
  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
})

test('who sends its headers or its body too slowly is sent away', async () => {
  const slowHeaders = exchangeBytes(gateway.server.port, (socket) => {
    socket.write('POST /sql HTTP/1.1\r\nHost: g\r\nX-Slow')
  })
  const slowBody = exchangeBytes(gateway.server.port, (socket) => {
    const headers = { 'Neon-Connection-String': world.primary.url() }
    socket.write(requestText(headers, '{"query":', 100))
  })
  expect(await slowHeaders).toMatch(/^HTTP\/1\.1 408 /)
  expect(await slowBody).toMatch(/^$|^HTTP\/1\.1 408 /)
})

test('a body that is cut short runs nothing', async () => {
  const headers = { 'Neon-Connection-String': world.primary.url() }
  const cut = exchangeBytes(gateway.server.port, (socket) => {
    socket.write(requestText(headers, '{"query":"create table cut ()"}', 100))
    socket.end()
  })
  expect(await cut).toMatch(/^$|^HTTP\/1\.1 400 /)
  expect(await world.primary.query(`select from pg_tables where tablename = 'cut'`)).toEqual([])
})

test('bytes that are no HTTP are refused', async () => {
  const answer = await exchangeBytes(gateway.server.port, (socket) => {
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47, 13, 10, 13, 10]))
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
})

test('other paths and methods are refused as Neon does', async () => {
  for (const [path, method] of [
    ['/sql', 'GET'],
    ['/', 'POST'],
    ['/sql/', 'POST'],
  ] as const) {
    const response = await fetch(new URL(path, gateway.url), { method })
    expect([response.status, await response.json()]).toEqual([400, 'query is not supported'])
  }
})

test('browsers are told what they may send', async () => {
  const response = await fetch(gateway.url, { method: 'OPTIONS' })
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    allow: 'OPTIONS, POST',
    'access-control-allow-origin': '*',
    'access-control-max-age': '86400',
  })
  const allowed = response.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')
  const sent = [
    'Neon-Connection-String',
    ...['Positions', 'Read-Only', 'Need', 'Wait-Ms', 'Xids'].map((name) => `Tidegate-${name}`),
    ...['Token', 'Freshness', 'Cache'].map((name) => `Tidegate-${name}`),
  ]
  expect(allowed).toEqual(expect.arrayContaining(sent.map((name) => name.toLowerCase())))
})

test('browsers are shown all headers of an answer, also of one that is refused', async () => {
  for (const [statement, status] of [
    ['select 1', 200],
    ['select nothing', 400],
  ] as const) {
    const reply = await ask(gateway, world.primary, statement, { 'Tidegate-Positions': 'true' })
    expect(reply.status).toBe(status)
    expect(reply.header('access-control-expose-headers')).toBe('*')
  }
})

test('copies, which need a stream, are refused, and the next request is served', async () => {
  await ask(gateway, world.primary, 'create table copied (id int)')
  for (const copy of ['copy copied from stdin', 'copy (select 1) to stdout']) {
    for (const headers of [{}, { 'Tidegate-Positions': 'true' }]) {
      expect(await ask(gateway, world.primary, copy, headers)).toMatchObject({
        status: 400,
        body: { code: '0A000' },
      })
    }
  }
  expect((await ask(gateway, world.primary, 'select 1')).rows).toEqual([['1']])
})

test('requests that are given up at any moment leave nothing running, and all connections in order', async () => {
  const body = JSON.stringify({ query: `select pg_sleep(0.02), 'given up'` })
  const give = async (afterMs: number): Promise<void> => {
    const signal = AbortSignal.timeout(afterMs)
    const headers = { 'Neon-Connection-String': world.primary.url() }
    await fetch(gateway.url, { method: 'POST', body, headers, signal }).then(
      async (response) => await response.text().catch(() => {}),
      () => {},
    )
  }
  await Promise.all(Array.from({ length: 100 }, async (_, n) => await give(1 + (n % 40))))
  await until('all to be in order', async () => {
    const backends = await world.primary.query<{ state: string }>(
      `select state from pg_stat_activity
       where application_name = 'tidegate' and backend_type = 'client backend'`,
    )
    return backends.length <= 4 && backends.every(({ state }) => state === 'idle')
  })
  expect((await ask(gateway, world.primary, 'select 1')).rows).toEqual([['1']])
  expect(gateway.gateway.connections).toBeLessThanOrEqual(4)
})
