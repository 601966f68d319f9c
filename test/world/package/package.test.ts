/**
 * The packed package in three projects that know nothing of this repository: a service on Node, a
 * Worker and an app of Next's, each compiled, built and run against a world.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { renderApi } from '../../../infra/generate/api-reference.ts'
import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import { until } from '../../../infra/local/until.ts'
import { PackageStage } from '../../support/package/package-stage.ts'
import { Scratch } from '../../support/package/scratch.ts'
import { startWorker, type Worker } from '../../support/worker.ts'

interface Service {
  readonly app: string
  readonly gateway: string
  readonly redis: string
}

let stage: PackageStage
let project: Scratch
let program: ManagedProcess
let service: Service

beforeAll(async () => {
  stage = await PackageStage.start()
  project = await Scratch.in(stage.folder, {
    name: 'node',
    tarball: stage.tarball,
    dependencies: ['@hono/node-server', '@types/node', '@types/pg', 'hono', 'ioredis', 'pg'],
  })
  await project.tool('tsc', ['-p', '.'])
  await tidegate('setup', '--apply')
  program = stage.process('service', [join(project.folder, 'dist/main.js')])
  program.spawn()
  service = await until('the service to say where it listens', () => {
    if (!program.running) throw new Error(program.logTail())
    const line = /^\{.*\}$/m.exec(program.logTail())?.[0]
    return line === undefined ? undefined : JSON.parse(line)
  })
}, 300_000)

afterEach(async () => {
  await stage.standby.resumeReplay()
  await stage.world.primary.query('truncate note')
  await stage.world.databases.caughtUp()
})

afterAll(async () => await stage?.[Symbol.asyncDispose](), 60_000)

async function tidegate(...words: readonly string[]): Promise<string> {
  return await project.run('node_modules/.bin/tidegate', words, stage.env)
}

interface Page {
  readonly status: number
  readonly text: string
  readonly cookie: string
}

/** A browser that writes and comes back while the replica stands still, and a stranger. */
async function seesItsOwnNote(
  visit: (init: {
    method?: string
    body?: string
    headers?: Record<string, string>
  }) => Promise<Page>,
  body: string,
  { cached = false } = {},
): Promise<void> {
  await stage.standby.pauseReplay()
  const posted = await visit({ method: 'POST', body })
  expect(posted).toMatchObject({ status: 201, cookie: expect.stringMatching(/^tidegate=./) })
  const mine = await visit({ headers: { cookie: posted.cookie } })
  expect(mine.text).toContain(body)
  // What the cache gives a stranger may be newer than the replica, and the primary may answer too.
  if (cached) return
  await until('a stranger to get the old page', async () => {
    return !(await visit({})).text.includes(body)
  })
}

async function visitAt(url: string, init: RequestInit): Promise<Page> {
  const response = await fetch(url, init)
  return {
    status: response.status,
    text: await response.text(),
    cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
  }
}

describe('the tarball', () => {
  test('holds what its entries name, and nothing that is only for this repository', async () => {
    const { files } = stage.tarball
    const { exports }: { exports: Record<string, string | Record<string, string>> } = JSON.parse(
      await readFile('package.json', 'utf8'),
    )
    const named = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? target : Object.values(target),
    )
    for (const file of named) expect(files).toContain(file.replace('./', ''))
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']))
    const strange = files.filter((file) =>
      /(^|\/)(test|bench|examples|node_modules|\.ci)\/|\.tsbuildinfo$|(^|\/)\.env|\.dev\.vars/.test(
        file,
      ),
    )
    expect(strange).toEqual([])
  })

  test('declares what docs/api.md says: `npm run generate:api` writes it', async () => {
    expect(renderApi()).toBe(await readFile('docs/api.md', 'utf8'))
  })

  test('is no larger than it was, and 2 %', () => {
    expect(stage.tarball.size).toBeLessThanOrEqual(1_071_300 * 1.02)
  })
})

describe('a service on Node', () => {
  test('has the command line', async () => {
    expect(await tidegate('--help')).toContain('tidegate <command>')
    const explained = JSON.parse(await tidegate('explain', 'select * from note', '--json'))
    expect(explained).toMatchObject({ kind: 'read', cacheable: true })
  })

  test('carries sessions over TCP', async () => {
    await seesItsOwnNote(async (init) => await visitAt(`${service.app}/notes`, init), 'over TCP')
  })

  test('raises its region’s tide table, which the command line sees', async () => {
    await until('the horizon to rise', async () => {
      const { regions }: { regions: readonly { region: string; horizon?: string }[] } = JSON.parse(
        await tidegate('status', '--json'),
      )
      return regions.find(({ region }) => region === 'fra')?.horizon !== undefined
    })
  })
})

describe('a Worker', () => {
  let worker: Worker
  let scratch: Scratch

  beforeAll(async () => {
    scratch = await Scratch.in(stage.folder, {
      name: 'worker',
      tarball: stage.tarball,
      dependencies: ['@neondatabase/serverless'],
    })
    await scratch.tool('tsc', ['-p', '.'])
    await scratch.tool('wrangler', ['deploy', '--dry-run', '--outdir', 'dist'])
    const { PRIMARY_URL, FRA_URL, TOKEN_KEY, REDIS_TOKEN } = stage.env
    worker = await startWorker({
      main: join(scratch.folder, 'dist/index.js'),
      databases: {},
      vars: {
        PRIMARY_URL: PRIMARY_URL ?? '',
        FRA_URL: FRA_URL ?? '',
        TOKEN_KEY: TOKEN_KEY ?? '',
        REDIS_TOKEN: REDIS_TOKEN ?? '',
        REDIS_URL: service.redis,
        SQL_ENDPOINT: service.gateway,
      },
      alias: {},
    })
  }, 300_000)

  afterAll(async () => await worker?.[Symbol.asyncDispose]())

  async function visit(init: Parameters<Worker['fetch']>[1]): Promise<Page> {
    const response = await worker.fetch('/', init)
    return {
      status: response.status,
      text: await response.text(),
      cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
    }
  }

  test('reads its own writes through the service’s gateway', async () => {
    await seesItsOwnNote(visit, 'from a Worker', { cached: true })
  })

  test('is answered by the region’s cache', async () => {
    await until('a hit', async () => {
      const { tide } = JSON.parse((await visit({})).text)
      return tide.source === 'cache' && tide.cache === 'hit'
    })
  })
})

describe('an app of Next’s', () => {
  let origin: string

  beforeAll(async () => {
    const scratch = await Scratch.in(stage.folder, {
      name: 'next',
      tarball: stage.tarball,
      dependencies: ['@neondatabase/serverless'],
      borrowed: ['next', 'react', 'react-dom'],
    })
    const next = join(scratch.folder, 'node_modules/next/dist/bin/next')
    const env = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
    await scratch.run(process.execPath, [next, 'build'], env)
    const port = await stage.world.freePort()
    origin = `http://127.0.0.1:${port}`
    const server = stage.process(
      'next',
      [next, 'start', scratch.folder, '--port', String(port), '--hostname', '127.0.0.1'],
      { ...env, SQL_ENDPOINT: service.gateway },
    )
    server.spawn()
    await server.ready(async () => {
      return await fetch(`${origin}/notes`).then(
        ({ ok }) => ok,
        () => false,
      )
    })
  }, 300_000)

  test.each(['notes', 'edge'])('its function /%s reads its own writes', async (path) => {
    await seesItsOwnNote(
      async (init) => await visitAt(`${origin}/${path}`, init),
      `from a function: ${path}`,
    )
  })
})
