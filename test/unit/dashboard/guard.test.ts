/** Who may look at the page, asked over HTTP as browsers and programs do. */
import { request } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { Journal } from '../../../dashboard/journal.ts'
import { type Dashboard, serveDashboard } from '../../../dashboard/server.ts'

const TOKEN = 'a-token-that-is-long-enough'
let dashboard: Dashboard

beforeAll(async () => {
  dashboard = await serveDashboard({
    stage: {
      scene: { home: 'iad', regions: [], links: [], faults: [], hasSample: false },
      sample: () => ({
        at: 0,
        primary: '',
        position: 0,
        nodes: [],
        regions: [],
        cut: [],
        faults: [],
      }),
    },
    journal: new Journal(),
    port: 0,
    names: ['tides.example'],
    token: TOKEN,
  })
})

afterAll(async () => await dashboard?.[Symbol.asyncDispose]())

interface Reply {
  readonly status: number
  readonly cookie: string
  readonly location: string
  readonly body: string
}

/** `fetch` lets nobody set a host. A stream's beginning is enough. */
async function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  form?: string,
): Promise<Reply> {
  return await new Promise<Reply>((resolve, reject) => {
    const method = form === undefined ? 'GET' : 'POST'
    const asking = request(new URL(path, dashboard.url), { method, headers }, (response) => {
      response.once('readable', () => {
        const body = String(response.read() ?? '')
        const { statusCode: status = 0 } = response
        const cookie = response.headers['set-cookie']?.[0] ?? ''
        resolve({ status, cookie, location: response.headers.location ?? '', body })
        response.destroy()
      })
    })
    asking.once('error', reject)
    asking.end(form)
  })
}

async function login(
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return await ask('/login', { ...type, ...headers }, `token=${encodeURIComponent(token)}`)
}

test('without a token there is a form, and nothing of the cluster', async () => {
  const page = await ask('/')
  expect(page.status).toBe(401)
  expect(page.body).toContain('action="/login"')
  for (const path of ['/events', '/page.js', '/faults/any'])
    expect((await ask(path)).status).toBe(401)
  expect((await ask('/page.css')).status).toBe(200)
})

test('the token in the form gives a cookie that scripts and other sites do not see, and lets in', async () => {
  const given = await login(TOKEN)
  expect(given).toMatchObject({ status: 303, location: '/' })
  expect(given.cookie).toMatch(/; HttpOnly/)
  expect(given.cookie).toMatch(/; SameSite=Strict/)
  expect(given.cookie).not.toContain('Secure')
  expect(given.cookie).not.toContain(TOKEN)
  const [cookie = ''] = given.cookie.split(';')
  const page = await ask('/', { cookie })
  expect(page.status).toBe(200)
  expect(page.body).not.toContain('action="/login"')
  expect((await ask('/events', { cookie })).body).toContain('event: scene')
  const origin = 'https://tides.example'
  expect((await login(TOKEN, { origin, host: 'tides.example' })).cookie).toMatch(/; Secure/)
})

test('a cookie that was made up, changed or is too old lets nobody in', async () => {
  const [pair = ''] = (await login(TOKEN)).cookie.split(';')
  const [name = '', value = ''] = pair.split('=')
  const [ends = '', signature = ''] = value.split('.')
  for (const wrong of [
    `${ends}.`,
    `${Number(ends) + 1}.${signature}`,
    `1.${signature}`,
    `${ends}.${signature.slice(1)}`,
    signature,
  ]) {
    expect([wrong, (await ask('/events', { cookie: `${name}=${wrong}` })).status]).toEqual([
      wrong,
      401,
    ])
  }
})

test('programs bring the token as a header', async () => {
  const authorization = `Bearer ${TOKEN}`
  expect((await ask('/events', { authorization })).status).toBe(200)
  for (const wrong of [`Bearer ${TOKEN}x`, `Basic ${TOKEN}`, 'Bearer ']) {
    expect((await ask('/events', { authorization: wrong })).status).toBe(401)
  }
})

test('it is asked for by the names it was given, and from its own pages', async () => {
  const authorization = `Bearer ${TOKEN}`
  for (const [host, status] of [
    ['tides.example', 200],
    ['TIDES.example:443', 200],
    ['localhost:1', 200],
    ['evil.example', 403],
    ['tides.example.evil.example', 403],
  ] as const) {
    expect([host, (await ask('/events', { host, authorization })).status]).toEqual([host, status])
  }
  expect((await login(TOKEN, { origin: 'https://evil.example' })).status).toBe(403)
})

test('a wrong token is told to be one, and locks nobody out', async () => {
  for (let i = 0; i < 20; i++) {
    const refused = await login(`guess ${i}`)
    expect(refused.status).toBe(401)
    expect(refused.body).toContain('That is not the token.')
  }
  expect((await login(TOKEN)).status).toBe(303)
})
