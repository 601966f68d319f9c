import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { nodeIn } from '../../support/node-in.ts'
import {
  type ReadThroughGateways,
  startReadThroughGateways,
} from '../../support/read-through-gateways.ts'
import { startWorker, type Worker } from '../../support/worker.ts'

let world: World
let replica: PostgresNode
let worker: Worker
let gateways: ReadThroughGateways

const nodeVars = {
  PRIMARY_URL: 'postgresql://app:password@db.iad.test/app',
  FRA_URL: 'postgresql://app:password@db.fra.test/app',
  TOKEN_KEY: 'a secret of at least thirty-two characters',
}

/** Gateways pick their nodes by these hosts. */
function gatewayVars(): Record<string, string> {
  return {
    IAD_GATEWAY: gateways.of(world.primary).url,
    IAD_URL: world.primary.url(),
    FRA_GATEWAY: gateways.of(replica).url,
    FRA_URL: replica.url(),
  }
}

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: `create table post (id serial primary key, author text not null, body text not null,
      written_at timestamptz not null default now());
    create table comment (id serial primary key, post_id int not null references post, body text not null)`,
    distanceScale: 0.3,
  })
  replica = nodeIn(world, 'fra', 'standby')
  gateways = await startReadThroughGateways(world, [world.primary, replica])
})

afterAll(async () => {
  await gateways?.[Symbol.asyncDispose]()
  await world?.stop()
})

describe.each(['hono', 'drizzle', 'kysely', 'thin'])('the example with %s, in a Worker', (name) => {
  beforeEach(async () => {
    worker = await startWorker({
      main: `examples/${name}/worker.ts`,
      databases: { iad: world.primary.url('fra'), fra: replica.url() },
      vars: name === 'thin' ? gatewayVars() : nodeVars,
    })
  })

  afterEach(async () => {
    await worker?.[Symbol.asyncDispose]()
    await replica.resumeReplay()
    await world.primary.query('truncate post, comment')
    await world.databases.caughtUp()
  })

  test('shows a browser its own post while the replica stands still, and a stranger the old page', async () => {
    await replica.pauseReplay()
    const posted = await worker.fetch('/posts', { method: 'POST', body: 'author=ada&body=hello' })
    expect(posted.status).toBe(201)
    const cookie = posted.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(cookie).toMatch(/^tidegate=./)

    const mine = await worker.fetch('/posts', { headers: { cookie } })
    expect(JSON.parse(await mine.text())).toEqual([{ author: 'ada', body: 'hello' }])
    expect(mine.headers.get('server-timing')).toContain('primary')

    // The primary may answer as well, where the replica is slow for a moment.
    await until('a stranger to get the old page', async () => {
      const strangers = await worker.fetch('/posts')
      return (await strangers.text()) === '[]'
    })
  })

  test('answers many requests at a time with one client', async () => {
    const posts = Array.from({ length: 12 }, async (_, index) => {
      return await worker.fetch('/posts', { method: 'POST', body: `author=a${index}&body=b` })
    })
    for (const post of await Promise.all(posts)) expect(post.status).toBe(201)
    await world.databases.caughtUp()
    const pages = Array.from({ length: 12 }, async () => (await worker.fetch('/posts')).text())
    for (const page of await Promise.all(pages)) expect(JSON.parse(page)).toHaveLength(12)
  })
})
