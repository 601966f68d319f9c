/** What a session does to requests and responses. */
import { types } from '@neondatabase/serverless'
import { expect, test } from 'vitest'

import {
  createTidegate,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import type { Driver } from '../../../src/drivers/driver.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { parseXid } from '../../../src/tide/xid.ts'

const url = 'postgresql://app:secret@db.example.org/app'
const results = [{ fields: [], rows: [], command: 'SELECT', rowCount: 0 }]

let writes = 1n

const driver: Driver = {
  async read({ role }) {
    const lsn = parseLsn('0/1')
    const lo = role === 'primary' ? { xmin: parseXid('7') } : { lsn }
    return await Promise.resolve({ results, role, lo, hi: lsn, shown: [] })
  },
  async write() {
    writes += 0x10n
    return await Promise.resolve({
      results,
      commit: { lsn: parseLsn(`0/${writes.toString(16)}`) },
    })
  },
}

function client(options: Partial<TidegateOptions> = {}): Tidegate {
  const primary = { region: 'iad', url }
  const replicas = [
    { name: 'fra', region: 'fra', url },
    { name: 'syd', region: 'syd', url },
  ]
  return createTidegate({ primary, replicas, ...options }, { driver, types })
}

/** A session that has written. */
async function written(request = new Request('https://app.test/'), options = {}) {
  const { sql, session } = client(options).session(request)
  await sql`delete from post`
  return session
}

test('a response keeps its status, its body and its cookies, also one that cannot be changed', async () => {
  const session = await written()
  const redirect = await session.respond(Response.redirect('https://app.test/posts', 303))
  expect([redirect.status, redirect.headers.get('location')]).toEqual([
    303,
    'https://app.test/posts',
  ])
  expect(redirect.headers.get('set-cookie')).toMatch(/^tidegate=/)
  const plain = new Response('made', { status: 201, statusText: 'Made' })
  for (const cookie of ['a=1', 'b=2; Path=/x']) plain.headers.append('set-cookie', cookie)
  const answer = await session.respond(plain)
  expect([answer.status, answer.statusText, await answer.text()]).toEqual([201, 'Made', 'made'])
  expect(answer.headers.getSetCookie()).toEqual([
    'a=1',
    'b=2; Path=/x',
    expect.stringMatching(/^tidegate=/),
  ])
  for (const status of [204, 304]) {
    expect((await session.respond(new Response(null, { status }))).status).toBe(status)
  }
})

test('a stream goes on while it is read', async () => {
  const session = await written()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const response = await session.respond(new Response(readable))
  const writer = writable.getWriter()
  const text = response.text()
  await writer.write(new TextEncoder().encode('later'))
  await writer.close()
  expect(await text).toBe('later')
})

test('who answers twice says everything once', async () => {
  const { sql, session } = client().session(new Request('https://app.test/'))
  await sql`delete from post`
  const first = await session.respond(
    new Response('', { headers: { 'server-timing': 'app;dur=1' } }),
  )
  await sql`delete from post`
  const { headers } = await session.respond(first)
  expect(headers.getSetCookie()).toHaveLength(1)
  expect(headers.get('set-cookie')).not.toBe(first.headers.get('set-cookie'))
  expect(headers.get('cache-control')).toBe('private')
  expect(headers.get('server-timing')).toMatch(/^app;dur=1, tide0;[^,]*, tide1;[^,]*$/)
})

test('a response with a token is kept by no shared cache, whatever it said before', async () => {
  const session = await written()
  const { headers } = await session.respond(
    new Response('', {
      headers: {
        'cache-control': 'public, max-age=60, s-maxage=600',
        'cdn-cache-control': 'max-age=600',
        'vercel-cdn-cache-control': 'max-age=600',
      },
    }),
  )
  expect(headers.get('cache-control')).toBe('max-age=60, private')
  expect([...headers.keys()].filter((name) => name.includes('cdn'))).toEqual([])
  const unmoved = client().session(new Request('https://app.test/')).session
  const shared = await unmoved.respond(
    new Response('', { headers: { 'cache-control': 'public, max-age=60' } }),
  )
  expect([...shared.headers]).toEqual([
    ['cache-control', 'public, max-age=60'],
    ['content-type', 'text/plain;charset=UTF-8'],
  ])
})

test('a client that sends the header, empty at first, gets the token there and no cookie', async () => {
  const request = new Request('https://app.test/', { headers: { 'tidegate-token': '' } })
  const session = await written(request)
  const { headers } = await session.respond(new Response(''))
  expect(headers.get('tidegate-token')).toBe(await session.token())
  expect(headers.get('set-cookie')).toBeNull()
})

test('the cookie is sent from where the app says', async () => {
  const session = await written(new Request('https://app.test/'), {
    cookie: { name: 'sid', sameSite: 'none', domain: 'app.test' },
  })
  const { headers } = await session.respond(new Response(''))
  expect(headers.get('set-cookie')).toMatch(
    /^sid=\S+; Path=\/; Max-Age=86400; HttpOnly; SameSite=None; Secure; Domain=app\.test$/,
  )
})

async function nearest(env: Record<string, string>): Promise<string> {
  return (await client({ env }).session().sql`select 1`).tide.node
}

test.each([
  ['FLY_REGION', 'syd'],
  ['AWS_REGION', 'ap-southeast-2'],
  ['VERCEL_REGION', 'syd1'],
])('where %s says that it runs is where it reads', async (name, value) => {
  expect(await nearest({ [name]: value })).toBe('syd')
  // On a developer's machine Vercel says `dev1`, which is nowhere.
  expect(await nearest({ [name]: 'dev1' })).not.toBe('syd')
})
