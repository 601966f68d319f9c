import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Status } from '../../../cli/status/observe.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import { tidegate } from '../../../src/index.ts'
import { type CliRun, runCli } from '../../support/cli/run-cli.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-dev-'))
  await writeFile(join(folder, 'schema.sql'), 'create table note (id int primary key, body text)')
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

interface Line extends Partial<Status> {
  readonly ready?: boolean
  readonly vars?: Readonly<Record<string, string>>
  readonly said?: string
  readonly answers?: Readonly<Record<string, { readonly total: number }>>
}

/** `tidegate dev` with hands at the keyboard and eyes on the screen. */
class DevSession {
  readonly ended: Promise<CliRun>
  readonly #typed: string[] = []
  readonly #signal = new AbortController()
  #seen = ''

  constructor(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.ended = runCli(['dev', '--json', ...words], {
      cwd: folder,
      env,
      signal: this.#signal.signal,
      onOut: (text) => (this.#seen += text),
      lines: (signal) => this.#lines(signal),
    })
  }

  type(line: string): void {
    this.#typed.push(line)
  }

  interrupt(): void {
    this.#signal.abort()
  }

  async sees<T>(what: string, find: (line: Line) => T | undefined | false): Promise<T> {
    return await until(what, async () => {
      const isOver = await Promise.race([this.ended, Promise.resolve()])
      if (isOver) throw new Error(`It has ended: ${isOver.err}`)
      for (const text of this.#seen.split('\n').slice(0, -1).toReversed()) {
        const line: Line = JSON.parse(text)
        const found = find(line)
        if (found !== undefined && found !== false) return found
      }
      return undefined
    })
  }

  async *#lines(signal: AbortSignal): AsyncIterable<string> {
    while (!signal.aborted) {
      const line = await until(
        'a line',
        () => this.#typed.shift() ?? (signal.aborted ? '' : undefined),
        {
          timeoutMs: 120_000,
        },
      )
      yield line
    }
  }
}

test('an app in its world reads its own writes while the near replica lags, and sees the lag', async () => {
  const words = ['--schema', 'schema.sql', '--regions', 'fra:standby', '--distance', '0.2']
  const dev = new DevSession(words)
  const vars = await dev.sees('the world to be ready', ({ vars: told }) => told)
  expect(await readFile(join(folder, '.dev.vars'), 'utf8')).toContain(`REGION='fra'`)

  const {
    PRIMARY_REGION = '',
    PRIMARY_URL = '',
    PRIMARY_GATEWAY = '',
    PRIMARY_NAME = '',
    REPLICAS = '',
  } = vars
  const app = tidegate({
    region: 'fra',
    primary: {
      name: PRIMARY_NAME,
      region: PRIMARY_REGION,
      url: PRIMARY_URL,
      endpoint: PRIMARY_GATEWAY,
      gateway: true,
    },
    replicas: JSON.parse(REPLICAS),
  })
  dev.type('lag fra-1 20s')
  await dev.sees('the order to be obeyed', ({ said }) => said?.includes('20000 ms later'))

  const { sql } = app.session()
  await sql`insert into note values (1, 'mine')`
  expect(await sql`select body from note where id = 1`).toEqual([{ body: 'mine' }])
  // Somebody else, who wrote nothing, is content with the near replica, and it lags.
  const other = app.session()
  expect(await other.sql`select body from note where id = 1`).toEqual([])
  await dev.sees('the lag to be shown', ({ nodes }) =>
    nodes?.some(({ node, lagBytes = 0 }) => node === 'fra-1' && lagBytes > 0),
  )
  await dev.sees('the answers to be counted', ({ answers }) => (answers?.['fra']?.total ?? 0) > 0)

  dev.type('quit')
  expect((await dev.ended).code).toBe(0)
})

test('what is there and of somebody else is not written over', async () => {
  await writeFile(join(folder, 'theirs'), 'SECRET=1\n')
  const run = await runCli(['dev', '--vars', 'theirs'], { cwd: folder })
  expect(run).toMatchObject({ code: 2, out: '' })
  expect(run.err).toContain('was not written by this')
  expect(await readFile(join(folder, 'theirs'), 'utf8')).toBe('SECRET=1\n')
})

test('Ctrl-C while it starts leaves nothing running', async () => {
  const dev = new DevSession(['--regions', 'fra:standby', '--vars', 'interrupted.vars'])
  dev.interrupt()
  expect((await dev.ended).code).toBe(1)
})

test('what cannot be understood is refused before anything starts', async () => {
  const refusals = [
    [['--regions', 'fra'], '--regions: expected region:role'],
    [['--regions', 'fra:master'], '--regions: expected region:role'],
    [['--home', 'atlantis'], '--home: expected a region'],
    [['--lag', 'much'], '--lag: expected a time'],
    [['--distance', 'far'], '--distance: expected a number'],
  ] as const
  for (const [words, expected] of refusals) {
    const run = await runCli(['dev', ...words], { cwd: folder })
    expect(run).toMatchObject({ code: 2, out: '' })
    expect(run.err).toContain(expected)
  }
})

test('a Postgres that one has is reached over the distance, and nothing in it is changed', async () => {
  await using world = await startWorld({ home: 'iad', distanceScale: 0 })
  const words = ['--url', 'MINE', '--from', 'fra', '--distance', '0.1', '--vars', 'own.vars']
  const dev = new DevSession(words, { MINE: world.primary.url() })
  await dev.sees('it to be ready', ({ ready }) => ready)
  const { PRIMARY_GATEWAY = '', PRIMARY_URL = '' } = parseEnv(
    await readFile(join(folder, 'own.vars'), 'utf8'),
  )
  dev.type('distance 40ms')
  await dev.sees('the order to be obeyed', ({ said }) => said?.includes('takes 40 ms'))
  const app = tidegate({
    region: 'fra',
    primary: { region: 'iad', url: PRIMARY_URL, endpoint: PRIMARY_GATEWAY, gateway: true },
  })
  expect(await app.session().sql`select to_regclass('tidegate.tide') as made`).toEqual([
    { made: null },
  ])
  await dev.sees('the answer to be counted', ({ answers }) => (answers?.['iad']?.total ?? 0) > 0)
  dev.type('quit')
  const { code, out } = await dev.ended
  expect(code).toBe(0)
  expect(out).not.toContain('postgresql://')
})
