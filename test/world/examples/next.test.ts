import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type NeonEndpoint, startNeonEndpoint } from '../../support/neon-endpoint.ts'
import { nodeIn } from '../../support/node-in.ts'

const next = 'node_modules/next/dist/bin/next'

let world: World
let replica: PostgresNode
let endpoint: NeonEndpoint
let origin: string

beforeAll(async () => {
  const run = promisify(execFile)
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  // Next finds the package as an app would: by its name, built.
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'src/drivers/node'])
  await run(process.execPath, [next, 'build', 'examples/next'], { env })

  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: `create table post (id serial primary key, body text);
      create table visit (id serial primary key)`,
    distanceScale: 0.3,
  })
  replica = nodeIn(world, 'fra', 'standby')
  endpoint = await startNeonEndpoint()
  const port = await world.freePort()
  origin = `http://127.0.0.1:${port}`
  const server = world.process({
    name: 'next',
    command: process.execPath,
    args: [next, 'start', 'examples/next', '--port', String(port), '--hostname', '127.0.0.1'],
    env: {
      ...env,
      PRIMARY_URL: world.primary.url('fra'),
      FRA_URL: replica.url(),
      SQL_ENDPOINT: endpoint.url,
      TOKEN_KEY: 'a secret of at least thirty-two characters',
    },
  })
  server.spawn()
  await server.ready(async () => {
    return await fetch(`${origin}/posts`).then(
      ({ ok }) => ok,
      () => false,
    )
  })
}, 300_000)

afterEach(async () => {
  await replica.resumeReplay()
  await world.primary.query('truncate post, visit')
  await world.databases.caughtUp()
})

afterAll(async () => {
  await world?.stop()
  await endpoint?.[Symbol.asyncDispose]()
  await rm('examples/next/.next', { recursive: true, force: true })
})

interface Page {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** What the browser sends when it comes back. */
  readonly cookie: string
}

async function visit(path: string, init: RequestInit & { cookie?: string } = {}): Promise<Page> {
  const { cookie, ...rest } = init
  const response = await fetch(origin + path, {
    redirect: 'manual',
    ...rest,
    headers: cookie === undefined ? {} : { cookie },
  })
  const given = response.headers.getSetCookie().at(-1)?.split(';')[0]
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
    cookie: given ?? cookie ?? '',
  }
}

/** What a browser without scripts sends when the page's form is submitted. */
async function submit(body: string, cookie: string): Promise<Page> {
  const { text } = await visit('/', { cookie })
  const form = new FormData()
  for (const [, name = '', value = ''] of text.matchAll(
    /<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/g,
  )) {
    form.set(name, value)
  }
  form.set('body', body)
  return await visit('/', { method: 'POST', body: form, cookie })
}

test('a page shows what its server action wrote, at once and when the browser comes back', async () => {
  await replica.pauseReplay()
  const answered = await submit('hello', '')
  expect(answered.status).toBe(200)
  expect(answered.headers.get('set-cookie')).toMatch(
    /^tidegate=[\w-]+; Path=\/; .*HttpOnly; SameSite=lax$/,
  )
  // The page that Next renders after the action, in the same request.
  expect(answered.text).toContain('<li>hello</li>')

  const back = await visit('/', { cookie: answered.cookie })
  expect(back.text).toContain('<li>hello</li>')
  // The primary may answer as well, where the replica is slow for a moment.
  await until('a stranger to get the old page', async () => {
    return !(await visit('/')).text.includes('hello')
  })
})

test('a route handler carries the session, also when it ends in a redirect', async () => {
  await replica.pauseReplay()
  const posted = await visit('/posts', {
    method: 'POST',
    body: new URLSearchParams({ body: 'from a form' }),
  })
  expect(posted.status).toBe(307)
  expect(posted.headers.get('location')).toBe('/')
  expect(posted.cookie).toMatch(/^tidegate=./)

  const mine = await visit('/posts', { cookie: posted.cookie })
  expect(JSON.parse(mine.text)).toEqual([{ body: 'from a form' }])
  expect(mine.headers.get('server-timing')).toContain('iad-1 primary')
  await until('a stranger to get the old posts', async () => {
    return (await visit('/posts')).text === '[]'
  })
})

test('a page reads at least what the proxy before it has written', async () => {
  await replica.pauseReplay()
  const first = await visit('/visits')
  expect(first.text).toContain('visits: 1')
  expect(first.cookie).toMatch(/^tidegate=./)
  const second = await visit('/visits', { cookie: first.cookie })
  expect(second.text).toContain('visits: 2')
})
