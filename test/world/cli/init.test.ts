import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { type CliRun, runCli } from '../../support/cli/run-cli.ts'

let world: World
let folder: string

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: 'create table public.post (id int primary key, body text)',
    distanceScale: 0,
  })
  folder = join(world.directory, 'project')
  await mkdir(folder)
})

afterAll(async () => {
  await world.stop()
})

async function tidegate(...words: readonly string[]): Promise<CliRun> {
  const nodes = world.databases.nodes.map((node) => [node.region.toUpperCase(), node.url()])
  const redis = world.regions.map((each) => [`REDIS_${each.name.toUpperCase()}`, each.redis.url()])
  const env = Object.fromEntries([...nodes, ...redis])
  return await runCli(words, { cwd: folder, env })
}

test('it sees who is who, and writes what the other commands read', async () => {
  const unplaced = await tidegate('init', 'SYD', 'IAD')
  expect(unplaced).toMatchObject({ code: 2 })
  expect(unplaced.err).toContain('expected its region, as SYD=fra')

  const stores = 'iad=REDIS_IAD,fra=REDIS_FRA,syd=REDIS_SYD'
  const run = await tidegate('init', 'SYD=syd', 'FRA=eu-central-1', 'IAD=iad', '--redis', stores)
  expect(run).toMatchObject({ code: 0, err: '' })
  expect(run.out).toMatch(/syd-1 +subscriber, PostgreSQL 18/)
  const text = await readFile(join(folder, 'tidegate.config.ts'), 'utf8')
  expect(text).toContain(`primary: { name: 'iad-1', region: 'iad', url: { env: 'IAD' } }`)
  expect(text).toContain(`{ name: 'fra-1', region: 'fra', role: 'standby', url: { env: 'FRA' } }`)
  expect(text).not.toContain('postgresql://')

  const status = await tidegate('status', '--json')
  expect(status.json).toMatchObject({
    nodes: [{ role: 'primary' }, { role: 'subscriber' }, { role: 'standby' }],
  })
})

test('it writes over nothing', async () => {
  const before = await readFile(join(folder, 'tidegate.config.ts'), 'utf8')
  const run = await tidegate('init', 'IAD=iad', '--format', 'json')
  expect(run).toMatchObject({ code: 2, out: '' })
  expect(run.err).toContain('tidegate.config.ts is there already')
  expect(await readFile(join(folder, 'tidegate.config.ts'), 'utf8')).toBe(before)
})
