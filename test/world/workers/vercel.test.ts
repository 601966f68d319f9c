/** The Vercel entries as they are deployed: as a function on Node, and in the edge runtime's VM. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { EdgeVM } from '@edge-runtime/vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { bindingsOf } from '../../../infra/demo/bindings.ts'
import { type Demo, startDemo } from '../../../infra/demo/demo.ts'
import { bundled } from '../../support/bundled.ts'
import { nodeIn } from '../../support/node-in.ts'

type Serve = (path: string, init?: RequestInit) => Promise<Response | undefined>

let demo: Demo
let environment: Record<string, string>

beforeAll(async () => {
  demo = await startDemo({ distanceScale: 0 })
  const gateways = new Map([...demo.parts].map(([region, { gateway }]) => [region, gateway]))
  const redis = { url: demo.part('fra').redisHttp.url, token: 'not asked here' }
  environment = { ...bindingsOf(demo.world, 'fra', { gateways, redis }), TIDES: '[]' }
})

afterAll(async () => {
  await demo?.stop()
})

async function onNode(entry: string): Promise<Serve> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-vercel-'))
  try {
    const file = join(folder, 'entry.mjs')
    await writeFile(file, await bundled(entry, 'esm'))
    Object.assign(process.env, environment)
    const module: unknown = await import(pathToFileURL(file).href)
    return async (path, init) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as Vercel takes it
      const { default: handler } = module as {
        default: { fetch: (r: Request) => Promise<Response> }
      }
      return await handler.fetch(new Request(`https://sample.example${path}`, init))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function atEdge(entry: string): Promise<Serve> {
  const vm = new EdgeVM({
    extend: (context) => Object.assign(context, { process: { env: environment } }),
  })
  vm.evaluate(await bundled(entry, 'iife'))
  return async (path, init) => {
    const request = JSON.stringify([`https://sample.example${path}`, init ?? {}])
    // The request is made inside: there it is an instance of the runtime's own class.
    return await vm.evaluate<Promise<Response | undefined>>(
      `entry.default(new Request(...${request}))`,
    )
  }
}

describe.each([
  { name: 'the Node function', entry: 'workers/vercel/api/node.ts', load: onNode },
  { name: 'the edge function', entry: 'workers/vercel/api/edge.ts', load: atEdge },
])('$name', ({ entry, load }) => {
  let serve: Serve

  beforeAll(async () => {
    serve = await load(entry)
  })

  test('serves the app, also as vercel.json sends it there', async () => {
    const direct = await serve('/api/posts')
    expect(await direct?.json()).toMatchObject([{ author: 'Ada' }, {}, {}])
    const sent = await serve('/api/node?__path=api/products')
    expect(await sent?.json()).toMatchObject([{ id: 1, name: 'Tide table 2027' }, {}, {}])
  })

  test('carries the session from a write to the next read', async () => {
    const standby = nodeIn(demo.world, 'fra', 'standby')
    await standby.pauseReplay()
    try {
      const body = JSON.stringify({ author: 'me', body: 'from Vercel' })
      const posted = await serve('/api/posts/2/comments', { method: 'POST', body })
      expect(posted?.status).toBe(201)
      const cookies = (posted?.headers.getSetCookie() ?? []).map((each) => each.split(';')[0] ?? '')
      expect(cookies.map((each) => each.split('=')[0])).toEqual(['visitor', 'tidegate'])
      const cookie = cookies.join('; ')
      const read = await serve('/api/posts/2/comments', { headers: { cookie } })
      expect(await read?.json()).toContainEqual(
        expect.objectContaining({ body: 'from Vercel', mine: true }),
      )
    } finally {
      await standby.resumeReplay()
    }
  })
})

test('the middleware answers reads and lets everything else go on', async () => {
  const serve = await atEdge('workers/vercel/middleware.ts')
  const read = await serve('/api/posts')
  expect(read?.status).toBe(200)
  expect(await serve('/api/posts/2/comments', { method: 'POST', body: '{}' })).toBeUndefined()
})
