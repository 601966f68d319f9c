import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { commands } from '../../../cli/commands/index.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type CliRun, runCli } from '../../support/cli/run-cli.ts'
import { type Block, blocksOf } from '../../support/docs/markdown.ts'

let world: World
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    distanceScale: 0,
  })
  folder = await projectFolder()
  const url = (region: 'iad' | 'fra' | 'syd'): string => world.region(region).nodes[0]?.url() ?? ''
  env = {
    DATABASE_URL: url('iad'),
    FRA_DATABASE_URL: url('fra'),
    SYD_DATABASE_URL: url('syd'),
    IAD_REDIS: world.region('iad').redis.url(),
    FRA_REDIS: world.region('fra').redis.url(),
    SYD_REDIS: world.region('syd').redis.url(),
    SYD_REDIS_URL: world.region('syd').redis.url(),
    TOKEN_KEY: 'fjKd83nvQpoW2mXz7TbL0sYcRe5hUaG9',
    TIDEGATE_TOKEN_KEY: 'fjKd83nvQpoW2mXz7TbL0sYcRe5hUaG9',
    TIDEGATE_HOST: '127.0.0.1',
    TIDEGATE_PORT: '0',
    TIDEGATE_LOG_LEVEL: 'silent',
    TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
    TIDEGATE_GATEWAY_LISTEN_PORT: '0',
    TIDEGATE_GATEWAY_LOG_LEVEL: 'silent',
  }
})

let projects = 0

async function projectFolder(): Promise<string> {
  projects += 1
  const made = join(world.directory, `project-${projects}`)
  await mkdir(made)
  await writeFile(join(made, 'schema.sql'), 'create table post (id int primary key)')
  await writeFile(join(made, 'query.sql'), 'select * from post')
  return made
}

afterAll(async () => {
  await world.stop()
})

/** The lines of a block that call it, as words. */
function callsIn({ language, code }: Block): readonly string[][] {
  if (language !== 'sh') return []
  return code
    .split('\n')
    .filter((line) => line.includes('tidegate '))
    .filter((line) => !line.startsWith('npm '))
    .map((line) => words(line.replace(/ #.*/, '').replace(/^.*?tidegate /, '')))
}

function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}

function nodeOf(region: 'fra' | 'syd'): PostgresNode {
  const [node] = world.region(region).nodes
  if (!node) throw new Error(`There is no node in ${region}`)
  return node
}

/** Those that go on until they are told to end, and what shows that they run. */
const lasting = new Set(['agent', 'consumer', 'gateway', 'dev', 'status --watch'])

async function run(given: readonly string[]): Promise<{ code: number; said: string }> {
  const isLasting = lasting.has(given[0] ?? '') || lasting.has(given.join(' '))
  const end = new AbortController()
  let seen = ''
  const [command = '', ...rest] = given.filter((word) => word !== '<' && word !== 'query.sql')
  const running = runCli([command, ...rest], {
    cwd: folder,
    env: { ...env, TIDEGATE_CONSUMER_PASSWORD: 'long enough' },
    signal: end.signal,
    ...(given.includes('<') && { stdin: await readFile(join(folder, 'query.sql'), 'utf8') }),
    onOut: (text) => (seen += text),
  })
  if (isLasting) {
    const region = given.includes('syd') ? 'syd' : 'fra'
    const shows = command === 'status' || command === 'dev'
    let early: CliRun | undefined
    void running.then((ended) => (early = ended))
    await until(`${given.join(' ')} to run`, async () => {
      if (early) throw new Error(`${given.join(' ')} has ended: ${early.out}${early.err}`)
      if (shows) return seen !== ''
      const rows = await nodeOf(region).query(
        'select from pg_replication_slots where slot_name = $1 and active',
        [`tidegate_${region}`],
      )
      return command === 'gateway' || rows.length > 0
    })
    end.abort()
  }
  const { code, err, out } = await running
  return { code, said: out + err }
}

test('every command of docs/cli.md runs as it stands', async () => {
  const lines = blocksOf('docs/cli.md').flatMap(callsIn)
  expect(lines.length).toBeGreaterThan(14)
  for (const given of lines) {
    // There is no machine to reach by ssh; the refusals of this one have tests of their own.
    if (given.includes('--staging')) continue
    const { code, said } = await run(given)
    expect(said, given.join(' ')).not.toContain('--help')
    // The doctor finds what is wrong with a world made for tests, and the rest is well.
    expect(code, `${given.join(' ')}\n${said}`).toBe(given[0] === 'doctor' ? 1 : 0)
  }
}, 300_000)

test.each([
  'docs/start/neon-cloudflare.md',
  'docs/start/rds-cloudflare.md',
  'docs/start/self-hosted.md',
])(
  'the commands of %s run in their order, with the configuration that it shows',
  async (page) => {
    folder = await projectFolder()
    let count = 0
    for (const block of blocksOf(page)) {
      if (block.code.includes('satisfies TidegateConfig')) {
        // This process would go on with the file that it has imported.
        folder = await projectFolder()
        await writeFile(join(folder, 'tidegate.config.ts'), block.code)
      }
      for (const given of callsIn(block)) {
        const { code, said } = await run(given)
        // The doctor finds what is wrong with a world made for tests, and the rest is well.
        expect(code, `${given.join(' ')}\n${said}`).toBe(given[0] === 'doctor' ? 1 : 0)
        count += 1
      }
    }
    expect(count).toBeGreaterThan(2)
  },
  300_000,
)

test('docs/cli.md has a section on every command', async () => {
  const text = await readFile('docs/cli.md', 'utf8')
  for (const { name } of commands) expect(text).toMatch(new RegExp(`## .*\\b${name}\\b`))
})
