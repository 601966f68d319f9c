/**
 * The image, made as the Dockerfile says, and its containers, started as the Compose file says: as another
 * user, with folders that it cannot write to, against the local world in place of the other containers.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../infra/local/until.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { mountedAt, serviceCommand, serviceEnvironment } from '../support/infra/compose.ts'
import { Container } from '../support/infra/container.ts'
import { build, listOf } from '../support/infra/dockerfile.ts'
import { readExposition } from '../support/infra/exposition.ts'
import { alerts, dashboardExpressions } from '../support/infra/observability.ts'
import { askedBy } from '../support/infra/promql.ts'
import { inRepository, textOf } from '../support/infra/repository.ts'
import { run } from '../support/infra/run.ts'
import { nodeIn } from '../support/node-in.ts'

const REGIONS = ['iad', 'fra', 'syd'] as const
type RegionName = (typeof REGIONS)[number]

interface Ports {
  readonly consumer: number
  readonly gateway: number
}

const CONFIGURATION = '/etc/tidegate/tidegate.config.json'

let world: World
let image: string
let folder: string
const ports = new Map<RegionName, Ports>()
const agents = new Map<RegionName, Container>()

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: 'create table public.post (id int primary key, body text)',
    distanceScale: 0,
  })
  const place = await mkdtemp(join(world.directory, 'image-'))
  await chmod(place, 0o755)
  image = await build(place)
  folder = join(place, 'etc')
  await mkdir(folder)
  for (const region of REGIONS) {
    ports.set(region, { consumer: await world.freePort(), gateway: await world.freePort() })
  }
  const mounted = await mountedAt('agent-fra', CONFIGURATION)
  const configuration = await textOf(join('infra/compose', mounted ?? ''))
  await writeFile(join(folder, 'tidegate.config.json'), inWorld(configuration))
  await makeReadOnly(place)
})

afterAll(async () => {
  await Promise.all([...agents.values()].map(async (agent) => await agent.stop()))
  await world?.stop()
})

async function makeReadOnly(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await makeReadOnly(path)
    else if (entry.isFile()) await chmod(path, 0o444)
  }
  await chmod(directory, 0o555)
}

function portsOf(region: RegionName): Ports {
  const found = ports.get(region)
  if (!found) throw new Error(`No ports for ${region}`)
  return found
}

/** With this world's addresses for the names of containers. */
function inWorld(text: string): string {
  const here = REGIONS.flatMap((region) => {
    const [node] = world.region(region).nodes
    const { host, username, password } = new URL(node?.url() ?? '')
    return [
      [new RegExp(`postgres:[^@]+@${region}-1:5432`), `${username}:${password}@${host}`],
      [new RegExp(`${region}-1:5432`), host],
      [new RegExp(`redis://redis-${region}:6379`), world.region(region).redis.url()],
      [new RegExp(`agent-${region}:4444`), `127.0.0.1:${portsOf(region).gateway}`],
    ] as const
  })
  return here.reduce((changed, [what, by]) => changed.replace(what, by), text)
}

/** The very environment of the Compose file. */
async function environmentOf(service: string): Promise<Record<string, string>> {
  const given = Object.entries(await serviceEnvironment(service))
  return Object.fromEntries(given.map(([name, value]) => [name, inWorld(value)]))
}

async function start(
  service: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Container> {
  const [node = '', ...entry] = await listOf('ENTRYPOINT')
  expect(node).toBe('node')
  return new Container({
    world,
    words: [
      process.execPath,
      ...entry.map((path) => join(image, path)),
      ...(await serviceCommand(service)),
    ],
    cwd: folder,
    env: { ...(await environmentOf(service)), ...more },
  })
}

function listening(region: RegionName): Record<string, string> {
  const { consumer, gateway } = portsOf(region)
  return { TIDEGATE_PORT: String(consumer), TIDEGATE_GATEWAY_LISTEN_PORT: String(gateway) }
}

async function healthcheck(region: RegionName): Promise<{ code: number; said: string }> {
  const [, ...words] = await listOf('HEALTHCHECK')
  return await run(
    process.execPath,
    words.map((path) => join(image, path)),
    {
      env: listening(region),
    },
  )
}

test('the container `setup` prepares the databases, and may be run again', async () => {
  for (const _ of ['first', 'again']) {
    const setup = await start('setup')
    expect(await setup.ended(), setup.said).toBe(0)
  }
  const slots = await Promise.all(
    world.databases.nodes.map((node) =>
      node.query(
        `select slot_name from pg_replication_slots
         where slot_name = any($1) and not coalesce(synced, false)`,
        [REGIONS.map((region) => `tidegate_${region}`)],
      ),
    ),
  )
  expect(slots.flat()).toHaveLength(REGIONS.length)
})

test('before its agent runs a container is not healthy', async () => {
  const { code, said } = await healthcheck('fra')
  expect([code, said]).toEqual([1, 'consumer: not well\ngateway: not well\n'])
})

test('an agent in each region becomes healthy, without a privilege and with nothing to write to', async () => {
  for (const region of REGIONS)
    agents.set(region, await start(`agent-${region}`, listening(region)))
  for (const region of REGIONS) {
    const agent = agents.get(region)
    await until(
      `the agent of ${region} to be healthy`,
      async () => {
        if (agent?.exitCode !== undefined) throw new Error(agent.said)
        const { code } = await healthcheck(region)
        return code === 0
      },
      { timeoutMs: 60_000 },
    )
  }
})

async function ask(
  region: RegionName,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ rows: unknown; header: (name: string) => string }> {
  const node =
    region === 'iad'
      ? world.primary
      : nodeIn(world, region, region === 'fra' ? 'standby' : 'subscriber')
  const answer = await fetch(`http://127.0.0.1:${portsOf(region).gateway}/sql`, {
    method: 'POST',
    headers: { 'Neon-Connection-String': node.url(), ...headers },
    body: JSON.stringify({ query }),
  })
  const body: unknown = await answer.json()
  expect(answer.status, JSON.stringify(body)).toBe(200)
  const rows = typeof body === 'object' && body !== null && 'rows' in body ? body.rows : undefined
  return { rows, header: (name) => answer.headers.get(name) ?? '' }
}

test('what is written in one region is seen in all, and near ones answer', async () => {
  const written = await ask('fra', `insert into post values (1, 'from Frankfurt')`)
  const token = written.header('tidegate-token')
  for (const region of REGIONS) {
    const { rows } = await ask(region, 'select body from post', { 'tidegate-token': token })
    expect(rows).toEqual([{ body: 'from Frankfurt' }])
  }
  for (const region of ['fra', 'syd'] as const) {
    await until(`${region} to answer by itself`, async () => {
      const { header } = await ask(region, 'select body from post', { 'tidegate-token': token })
      return header('tidegate-source') === 'cache'
    })
  }
})

async function scrape(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(answer.headers.get('content-type')).toContain('text/plain')
  return await answer.text()
}

test('every metric and label that alerts and dashboard ask for is exported', async () => {
  const scraped = await Promise.all(
    REGIONS.flatMap((region) => Object.values(portsOf(region)).map(scrape)),
  )
  const exported = readExposition(scraped)
  const asked = [
    ...(await alerts()).map(({ expr }) => expr),
    ...(await dashboardExpressions()),
  ].map(askedBy)
  // Made by Prometheus itself.
  const metrics = new Set(asked.flatMap((each) => each.metrics).filter((name) => name !== 'up'))
  expect(metrics.size).toBeGreaterThan(15)
  expect([...metrics].filter((name) => !exported.metrics.has(name))).toEqual([])

  const labels = asked
    .flatMap((each) => each.labels)
    .filter(
      (label) => !/ (region|job)$/.test(label) && exported.sampled.has(label.split(' ')[0] ?? ''),
    )
  expect(labels).toContain('tidegate_gateway_reads_total source')
  expect(labels.filter((label) => !exported.labels.has(label))).toEqual([])
})

test('what has not happened yet is counted as 0, so that the first time is seen', async () => {
  const { consumer, gateway } = portsOf('fra')
  const text = (await scrape(consumer)) + (await scrape(gateway))
  for (const line of [
    'tidegate_floor_raises_total{cause="compaction"} 0',
    'tidegate_gateway_lost_writes_total{certainty="yes"} 0',
    'tidegate_gateway_breaker_opens_total{node="fra-1"} 0',
    'tidegate_gateway_breaker_opens_total{node="iad-1"} 0',
  ]) {
    expect(text).toContain(line)
  }
  expect(text).toContain('tidegate_gateway_home 0')
  expect(await scrape(portsOf('iad').gateway)).toContain('tidegate_gateway_home 1')
  // The Compose file sets a limit, of which something is left.
  await until('the slot to be measured', async () => {
    const [, room] = /^tidegate_slot_room_bytes (\d+)/m.exec(await scrape(consumer)) ?? []
    return Number(room) > 0
  })
})

test('what the runbooks have somebody ask of Postgres, it answers', async () => {
  const pages = inRepository('docs/runbooks')
  const texts = await Promise.all(
    (await readdir(pages)).map(async (page) => await readFile(join(pages, page), 'utf8')),
  )
  const queries = texts.flatMap((text) =>
    [...text.matchAll(/`(select [^`]* from\s+pg_[^`]*)`/g)].map(([, query = '']) => query),
  )
  expect(queries.length).toBeGreaterThan(4)
  for (const query of queries) await world.primary.query(query)
})

test('what is left for a slot is what its server leaves it, where that is less', async () => {
  await world.primary.set({ max_slot_wal_keep_size: '256MB' })
  await until('less than the gigabytes of the Compose file', async () => {
    const [, room] =
      /^tidegate_slot_room_bytes (\d+)/m.exec(await scrape(portsOf('iad').consumer)) ?? []
    return Number(room) > 0 && Number(room) <= 512 * 1024 ** 2
  })
})

test('told to end an agent ends with 0, and has told nobody a secret', async () => {
  const agent = agents.get('syd')
  agents.delete('syd')
  expect(await agent?.stop()).toBe(0)
  const { code } = await healthcheck('syd')
  expect(code).toBe(1)
  const secrets = Object.values(await serviceEnvironment('agent-syd')).filter((value) =>
    value.includes('secret'),
  )
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) expect(agent?.said).not.toContain(secret)
})

test('a container that lacks a variable says which, and does not start', async () => {
  const faulty = await start('agent-fra', { ...listening('fra'), FRA_DATABASE_URL: '' })
  expect(await faulty.ended()).toBe(2)
  expect(faulty.said).toContain('FRA_DATABASE_URL')
})
