import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { readConfig } from '../../../cli/config/config.ts'
import { loadConfig } from '../../../cli/config/load.ts'
import type { Io } from '../../../cli/io.ts'
import { runCli } from '../../support/cli/run-cli.ts'

const env = { HOME_URL: 'postgresql://u:secret@home/db', FRA_URL: 'postgresql://u:secret@fra/db' }
const sound = {
  primary: { region: 'us-east-1', url: { env: 'HOME_URL' } },
  replicas: [{ region: 'fra', url: { env: 'FRA_URL' }, role: 'subscriber' }],
  redis: { 'eu-central-1': { env: 'FRA_REDIS' } },
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-config-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('regions have one name, however they were written', () => {
  const { nodes, regions } = readConfig(sound, env)
  expect(nodes.map(({ name, region, role }) => [name, region, role])).toEqual([
    ['iad-1', 'iad', 'primary'],
    ['fra-1', 'fra', 'subscriber'],
  ])
  expect(regions.map(({ name, slot, redis }) => [name, slot, redis?.name])).toEqual([
    ['iad', 'tidegate_iad', undefined],
    ['fra', 'tidegate_fra', 'FRA_REDIS'],
  ])
})

test('what is wrong is refused by its field, and never by its value', () => {
  for (const [change, field] of [
    [{ primary: undefined }, 'primary'],
    [{ primary: { region: 'iad', url: 'postgresql://u:secret@home/db' } }, 'primary.url'],
    [{ primary: { region: 'atlantis', url: { env: 'X' } } }, 'primary.region'],
    [{ replicas: [{ region: 'fra', url: { env: 'not a name' } }] }, 'replicas[0].url'],
    [{ replicas: [{ region: 'fra', url: { env: 'X' }, role: 'slave' }] }, 'replicas[0].role'],
    [{ replicas: [{ region: 'fra', url: { env: 'X' }, wieght: 2 }] }, 'replicas[0].wieght'],
    [{ redis: { fra: 'redis://secret' } }, 'redis.fra'],
    [{ tokenKeys: ['secret'] }, 'tokenKeys[0]'],
    [{ keys: { post: 'id' } }, 'keys.post'],
    [{ maxLag: { ms: 0 } }, 'maxLag.ms'],
    [{ rules: [{ table: 'post' }] }, 'rules[0]'],
    [{ publicashun: 'x' }, 'publicashun'],
    [{ dashboard: { listen: ':4300' } }, 'dashboard.listen'],
    [{ dashboard: { listen: '127.0.0.1:65536' } }, 'dashboard.listen'],
    [{ dashboard: { listen: '127.0.0.1:4300' } }, 'dashboard.token'],
    [{ dashboard: { token: 'secret-secret-secret-secret' } }, 'dashboard.token'],
    [{ dashboard: { token: { env: 'X' }, names: 'x' } }, 'dashboard.names'],
    [{ dashboard: { token: { env: 'X' }, port: 1 } }, 'dashboard.port'],
  ] as const) {
    expect(() => readConfig({ ...sound, ...change }, env)).toThrow(field)
    expect(() => readConfig({ ...sound, ...change }, env)).not.toThrow('secret')
  }
})

async function* none(): AsyncIterable<string> {}

test('a configuration is of TypeScript or JSON, and its .env is beside it', async () => {
  await writeFile(
    join(folder, 'tidegate.config.ts'),
    `const config: object = ${JSON.stringify(sound)}\nexport default config\n`,
  )
  await writeFile(join(folder, '.env'), 'HOME_URL=postgresql://u:p@from-file/db\nEXTRA=1\n')
  const io: Io = {
    out: () => {},
    err: () => {},
    env: { FRA_URL: 'x' },
    cwd: folder,
    isTerminal: false,
    hasColour: false,
    columns: 80,
    stdin: async () => await Promise.resolve(undefined),
    lines: none,
    ask: async () => await Promise.resolve(undefined),
    signal: new AbortController().signal,
  }
  const config = await loadConfig({}, io)
  expect(config.primary.url.read()).toBe('postgresql://u:p@from-file/db')
  expect(config.nodes[1]?.url.read()).toBe('x')
  expect(() => config.regions[1]?.redis?.read()).toThrow(
    'redis.eu-central-1: expected the variable',
  )
})

test('a refusal on the command line names file and field', async () => {
  const file = join(folder, 'faulty.json')
  await writeFile(file, JSON.stringify({ ...sound, table: 7 }))
  const run = await runCli(['status', '--config', file], { cwd: folder })
  expect(run).toMatchObject({ code: 2, out: '' })
  expect(run.err).toContain('faulty.json: table: expected a name')
})
