import { Redis as Upstash } from '@upstash/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { redisHttpServer } from '../../../redis-http/server.ts'
import { sendOne } from '../../../src/cache/redis/commands.ts'
import { redisHttp } from '../../../src/cache/redis/http.ts'
import { startRedis, type TestRedis, TOKEN } from '../../support/cache/redis.ts'
import { errorOf } from '../../unit/tide/arbitraries.ts'

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => await redis[Symbol.asyncDispose]())

async function post(
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(`${redis.http.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body,
  })
}

test("Upstash's own client works with it unchanged", async () => {
  const client = new Upstash({ url: redis.http.url, token: TOKEN, enableTelemetry: false })
  expect(await client.set('greeting', 'Grüße ✓', { px: 60_000 })).toBe('OK')
  expect(await client.get('greeting')).toBe('Grüße ✓')
  expect(await client.get('nothing')).toBeNull()
  expect(await client.hset('hash', { a: 'one', b: { deep: true } })).toBe(2)
  expect(await client.hmget('hash', 'a', 'b', 'c')).toEqual({
    a: 'one',
    b: { deep: true },
    c: null,
  })
  const pipeline = client.pipeline()
  pipeline.get('greeting')
  pipeline.hget('hash', 'a')
  pipeline.del('greeting')
  expect(await pipeline.exec()).toEqual(['Grüße ✓', 'one', 1])
  const script = client.createScript<[number, string]>('return {tonumber(ARGV[1]), KEYS[1]}')
  expect(await script.exec(['k'], ['7'])).toEqual([7, 'k'])
  await expect(client.get('hash')).rejects.toThrow(/WRONGTYPE/)
})

test('a pipeline goes on behind a command that Redis refuses, each with its own answer', async () => {
  await post('/', '["SET","text","x"]')
  const response = await post('/pipeline', '[["HGET","text","a"],["GET","text"]]')
  expect(await response.json()).toEqual([
    { error: expect.stringMatching(/^WRONGTYPE/) },
    { result: 'x' },
  ])
})

test.each([
  ['no token', {}],
  ['another token', { authorization: `Bearer ${TOKEN}x` }],
  ['another scheme', { authorization: `Basic ${TOKEN}` }],
])('who shows %s is not let in', async (_, headers) => {
  const response = await fetch(redis.http.url, {
    method: 'POST',
    headers,
    body: '["SET","stolen","x"]',
  })
  expect(response.status).toBe(401)
  expect(await redis.client.exists('stolen')).toBe(0)
})

test.each([
  ['["FLUSHALL"]', '/'],
  ['["CONFIG","GET","requirepass"]', '/'],
  ['["keys","*"]', '/'],
  ['[["GET","a"],["FLUSHALL"]]', '/pipeline'],
  ['{"GET":"a"}', '/'],
  ['[["GET",{"a":1}]]', '/pipeline'],
  ['[]', '/'],
  ['not JSON', '/'],
])('%s is not let through', async (body, path) => {
  await redis.client.set('kept', 'here')
  const response = await post(path, body)
  expect(response.status).toBe(400)
  expect(await redis.client.get('kept')).toBe('here')
})

test('a request that is too large is refused before it is read', async () => {
  const app = redisHttpServer({ redis: redis.client, tokens: [TOKEN], maxBodyBytes: 1000 })
  const response = await app.request('/', {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(['SET', 'a', 'x'.repeat(2000)]),
  })
  expect(response.status).toBe(413)
})

test.each([[[]], [['short']], [['has spaces in the token']]])(
  'tokens that protect nothing are refused',
  (tokens) => {
    expect(() => redisHttpServer({ redis: redis.client, tokens })).toThrow(/^tokens: expected/)
  },
)

test('tokens can be changed without a pause: both are known for a while', async () => {
  const tokens = [TOKEN, 'the-next-token-of-the-tests']
  const app = redisHttpServer({ redis: redis.client, tokens })
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}` }
    const response = await app.request('/', { method: 'POST', headers, body: '["PING"]' })
    expect(await response.json()).toEqual({ result: 'PONG' })
  }
})

test('our client says what failed, and nothing of what it asked', async () => {
  const wrong = redisHttp({ url: redis.http.url, token: 'another-token-than-theirs' })
  await expect(wrong.send([['GET', 'a']])).rejects.toEqual(errorOf('STORE_FAILED'))
  const nowhere = redisHttp({ url: 'http://127.0.0.1:1', token: TOKEN })
  await expect(nowhere.send([['GET', 'a']])).rejects.toMatchObject({ retryable: true })
  const right = redisHttp({
    url: `${redis.http.url}/`,
    token: async () => await Promise.resolve(TOKEN),
  })
  await redis.client.set('secret-key', 'x')
  const refused = sendOne(right, ['HGET', 'secret-key', 'f'])
  await expect(refused).rejects.toThrow('Redis refused a command (WRONGTYPE).')
  expect(() => redisHttp({ url: 'redis://x', token: TOKEN })).toThrow(/^url: expected/)
  expect(() => redisHttp({ url: redis.http.url, token: '' })).toThrow(/^token: expected/)
})

test('while Redis is away it says so at once, and comes back by itself', async () => {
  const { http } = redis.ways
  await redis.server.kill()
  const [reply] = await http.send([['PING']])
  expect(reply).toMatchObject({ message: 'ERR Redis cannot be reached' })
  await redis.server.start()
  await until('Redis to be back', async () => {
    const [pong] = await http.send([['PING']])
    return pong === 'PONG'
  })
})
