import { Hono } from 'hono'
import { types } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { type TidegateVariables, withTidegate } from '../../../src/adapters/hono.ts'
import { createTidegate } from '../../../src/client/tidegate.ts'
import { type PgDriver, pgDriver } from '../../../src/drivers/node/pg.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let driver: PgDriver
let app: Hono<{ Variables: TidegateVariables }>

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table post (id serial primary key, body text not null)',
    distanceScale: 0.2,
  })
  driver = pgDriver()
  const tg = createTidegate(
    {
      primary: { region: 'iad', url: world.primary.url('fra') },
      replicas: [{ region: 'fra', url: nodeIn(world, 'fra', 'standby').url() }],
      region: 'fra',
      tokenKeys: ['a secret of at least thirty-two characters'],
      mode: 'production',
    },
    { driver, types },
  )
  app = new Hono<{ Variables: TidegateVariables }>()
  app.use(withTidegate(tg))
  app.get('/posts', async (c) => c.json(await c.var.sql`select body from post`))
  app.post('/cookies', async (c) => {
    await c.var.sql`insert into post (body) values ('with a cookie')`
    return c.text('', 201, { 'set-cookie': 'theme=dark', 'cache-control': 'no-cache' })
  })
  app.post('/posts', async (c) => {
    await c.var.sql`insert into post (body) values (${await c.req.text()})`
    return c.text('', 201)
  })
})

afterAll(async () => {
  await driver?.[Symbol.asyncDispose]()
  await world?.stop()
})

test('a browser that posts sees its post on the next page although the replica stands still', async () => {
  await nodeIn(world, 'fra', 'standby').pauseReplay()
  const posted = await app.request('/posts', { method: 'POST', body: 'hello' })
  expect(posted.status).toBe(201)
  expect(posted.headers.get('server-timing')).toMatch(/^tide0;dur=[\d.]+;desc="iad-1 primary"$/)
  expect(posted.headers.get('cache-control')).toContain('private')
  const cookie = posted.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^tidegate=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/)

  const mine = await app.request('/posts', { headers: { cookie: cookie.split(';')[0] ?? '' } })
  expect(await mine.json()).toEqual([{ body: 'hello' }])
  const strangers = await app.request('/posts')
  expect(await strangers.json()).toEqual([])
})

test('a response that sets a cookie of its own carries the token as well', async () => {
  const answer = await app.request('/cookies', { method: 'POST' })
  const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  expect(names).toEqual(['theme', 'tidegate'])
  expect(answer.headers.get('cache-control')).toBe('no-cache, private')
})

test('a token that somebody wrote himself is not believed', async () => {
  const forged = await app.request('/posts', { headers: { cookie: 'tidegate=EAEBAgMEBQYHCAk' } })
  expect(forged.status).toBe(200)
  expect(forged.headers.get('server-timing')).toContain('fra-1 standby')
})
