/** The Worker in workerd: its app, and the endpoint that any Neon driver can point at. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { SQL_TOKEN } from '../../../infra/demo/bindings.ts'
import { type Demo, startDemo } from '../../../infra/demo/demo.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { nodeIn } from '../../support/node-in.ts'

let demo: Demo
let worker: string
let standby: PostgresNode

beforeAll(async () => {
  demo = await startDemo({ distanceScale: 0 })
  worker = demo.part('fra').worker.url
  standby = nodeIn(demo.world, 'fra', 'standby')
  neonConfig.fetchEndpoint = () => `${worker}/sql`
})

afterAll(async () => {
  neonConfig.fetchEndpoint = ''
  await demo?.stop()
})

/** All that an app has to change. */
const DATABASE_URL = `postgresql://app:${SQL_TOKEN}@db.example.com/app`

test('a Neon driver that knows nothing of Tidegate reads, writes and gets its types', async () => {
  const sql = neon(DATABASE_URL)
  const [row] = await sql`select 1::int as i, now() as at, ${"it's"} as t`
  expect(row).toMatchObject({ i: 1, at: expect.any(Date), t: "it's" })
  await sql`insert into product values (${101}, ${'Buoy'}, ${700})`
  expect(await sql`select name from product where id = ${101}`).toEqual([{ name: 'Buoy' }])
  const both = await sql.transaction([
    sql`update product set price = 800 where id = 101 returning price`,
    sql`select count(*)::int as n from product where id = 101`,
  ])
  expect(both).toEqual([[{ price: 800 }], [{ n: 1 }]])
})

test('without a token nobody can tell what it wrote: by default it reads at home', async () => {
  await standby.pauseReplay()
  try {
    const sql = neon(DATABASE_URL)
    await sql`insert into product values (${102}, ${'Anchor'}, ${900})`
    expect(await sql`select name from product where id = 102`).toEqual([{ name: 'Anchor' }])
  } finally {
    await standby.resumeReplay()
  }
})

test('a client that sends back its token has a session, which reads nearby', async () => {
  let token = ''
  const answer = async (query: string): Promise<unknown> => {
    const response = await fetch(`${worker}/sql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SQL_TOKEN}`, 'tidegate-token': token },
      body: JSON.stringify({ query, params: [] }),
    })
    token = response.headers.get('tidegate-token') ?? token
    const body: unknown = await response.json()
    return body
  }
  await standby.pauseReplay()
  try {
    await answer(`insert into product values (103, 'Chart', 300)`)
    expect(token).not.toBe('')
    const mine = await answer('select name from product where id = 103')
    expect(mine).toMatchObject({ rows: [{ name: 'Chart' }], rowCount: 1, command: 'SELECT' })
    token = ''
    // Somebody else's session may be answered by the replica, which stands still. In other words:
    // the cache has what was asked before, and newer.
    expect(await answer('select price from product where id = 103')).toMatchObject({ rows: [] })
  } finally {
    await standby.resumeReplay()
  }
})

test('who shows no token, or a wrong one, is refused', async () => {
  for (const url of [
    'postgresql://app:wrong-wrong-wrong-wrong-wrong@db.example.com/app',
    `postgresql://app:${SQL_TOKEN}x@db.example.com/app`,
  ]) {
    await expect(neon(url)`select 1`).rejects.toThrow(/401/)
  }
  const bare = await fetch(`${worker}/sql`, { method: 'POST', body: '{"query":"select 1"}' })
  expect(bare.status).toBe(401)
})

async function post(body: string): Promise<number> {
  const headers = { authorization: `Bearer ${SQL_TOKEN}` }
  return (await fetch(`${worker}/sql`, { method: 'POST', headers, body })).status
}

test('what Postgres refuses has its SQLSTATE, and what makes no sense is said to make none', async () => {
  const sql = neon(DATABASE_URL)
  await expect(sql`select 1 / ${0}::int`).rejects.toMatchObject({ code: '22012' })
  await expect(sql`begin`).rejects.toMatchObject({ code: '0A000' })
  expect(await post('no json')).toBe(400)
  expect(await post('{"queries":[]}')).toBe(400)
  expect(await post(JSON.stringify({ query: 'x'.repeat(2 ** 20) }))).toBe(413)
})

test('the cart becomes an order once, and the app refuses what is no comment', async () => {
  const first = await fetch(`${worker}/api/cart/1`, {
    method: 'PUT',
    body: JSON.stringify({ quantity: 2 }),
  })
  expect(first.status).toBe(204)
  const cookie = first.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${worker}/api${path}`, { ...init, headers: { cookie } })
  const cart: unknown = await (await ask('/cart')).json()
  expect(cart).toMatchObject([{ id: 1, quantity: 2, price: 900 }])
  const order = await ask('/orders', { method: 'POST' })
  expect(order.status).toBe(201)
  expect(await order.json()).toMatchObject({ total: '1800', items: '2' })
  expect((await ask('/orders', { method: 'POST' })).status).toBe(409)
  expect((await ask('/posts/1/comments', { method: 'POST', body: '{"author":"me"}' })).status).toBe(
    400,
  )
})

test('wrangler would deploy it as it stands', async () => {
  const out = await mkdtemp(join(tmpdir(), 'tidegate-dry-run-'))
  try {
    const { stdout } = await promisify(execFile)(
      'node_modules/.bin/wrangler',
      ['deploy', '--dry-run', '--outdir', out, '--config', 'workers/cloudflare/wrangler.jsonc'],
      { env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
    )
    expect(stdout).toContain('--dry-run: exiting now')
    expect(await readFile(join(out, 'index.js'), 'utf8')).not.toMatch(/from "node:|require\(/)
  } finally {
    await rm(out, { recursive: true })
  }
})
