/** The Compose file, by the Compose specification and by docker-compose itself. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readConfig } from '../../cli/config/config.ts'
import { consumerSettings } from '../../cli/services/consumer-settings.ts'
import { gatewayEnvironment } from '../../cli/services/gateway-environment.ts'
import { settingsFrom } from '../../gateway/settings/resolve.ts'
import {
  COMPOSE_FILE,
  composeFile,
  filledIn,
  mountedAt,
  serviceCommand,
  serviceEnvironment,
  services,
} from '../support/infra/compose.ts'
import { debianPackages } from '../support/infra/debian-program.ts'
import { at, entriesAt, inRepository, listAt, textOf, yamlOf } from '../support/infra/repository.ts'
import { run } from '../support/infra/run.ts'

const AGENTS = ['agent-iad', 'agent-fra', 'agent-syd']

async function lint(file: string): Promise<number> {
  // What is a matter of taste is a warning, and left out.
  const { code } = await run(inRepository('node_modules/.bin/dclint'), ['--quiet', file])
  return code
}

test('it is what the Compose specification allows', async () => {
  expect(await lint(inRepository(COMPOSE_FILE))).toBe(0)

  const folder = await mkdtemp(join(tmpdir(), 'tidegate-compose-'))
  const faulty = (await textOf(COMPOSE_FILE)).replace('stop_grace_period', 'stop_grace')
  await writeFile(join(folder, 'compose.yaml'), faulty)
  expect(await lint(join(folder, 'compose.yaml'))).toBe(1)
  await rm(folder, { recursive: true })
})

/** What Debian's docker-compose needs of Python; it asks for no engine to read a file. */
const PYTHON = `attr certifi charset-normalizer chardet distro docker dockerpty docopt dotenv idna
  jsonschema pkg-resources pyrsistent requests six texttable urllib3 websocket yaml`

test('docker-compose reads it, and takes all variables from .env', async (context) => {
  const python = PYTHON.split(/\s+/).map((name) => `python3-${name}`)
  const root = await debianPackages(['docker-compose', ...python])
  if (root === undefined) return context.skip('docker-compose cannot be had by apt-get')
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-compose-'))
  try {
    // Debian's docker-compose is of before files had names.
    const text = (await textOf(COMPOSE_FILE)).replace(/^name: .*$/m, '')
    await writeFile(join(folder, 'compose.yaml'), text)
    const variables = Object.entries(await filledIn()).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(join(folder, '.env'), variables.join(''))
    const files = ['--file', join(folder, 'compose.yaml'), '--env-file', join(folder, '.env')]
    const { code, said } = await run(
      '/usr/bin/python3',
      [join(root, 'usr/bin/docker-compose'), ...files, 'config'],
      {
        env: { PATH: process.env['PATH'], PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') },
      },
    )
    expect(code, said).toBe(0)
    for (const service of await services()) expect(said).toContain(`  ${service}:`)
    expect(said).not.toContain('variable is not set')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('without .env it is not read: each variable that has to be set says so', async () => {
  const text = await textOf(COMPOSE_FILE)
  for (const name of Object.keys(await filledIn())) expect(text).toContain(`\${${name}:?`)
})

test('no secret is in it, nor in the example', async () => {
  const example = await textOf('infra/compose/.env.example')
  expect(example.match(/^[A-Z_]*(PASSWORD|KEY)=.+$/gm)).toBeNull()
  const text = await textOf(COMPOSE_FILE)
  for (const [, value = ''] of text.matchAll(/(?:PASSWORD|KEYS?|password=|:)[:=] ?(\S+)@?/g)) {
    if (/PASSWORD|KEY/.test(value)) expect(value).toMatch(/^\$\{|:\$\{/)
  }
  const ignored = await textOf('.gitignore')
  expect(ignored.split('\n')).toContain('infra/compose/.env')
})

test('what is mounted is there, and what is waited for is healthy or has ended', async () => {
  const file = await composeFile()
  for (const [name, service] of entriesAt(file, 'services')) {
    for (const volume of listAt(service, 'volumes').map(String)) {
      const [source = ''] = volume.split(':')
      if (!source.startsWith('.'))
        expect(Object.keys(Object(at(file, 'volumes')))).toContain(source)
      else
        await expect(
          textOf(join('infra/compose', source)),
          `${name}: ${source}`,
        ).resolves.toBeTruthy()
    }
    for (const [other, how] of entriesAt(service, 'depends_on')) {
      if (at(how, 'condition') !== 'service_healthy') continue
      expect(
        at(file, 'services', other, 'healthcheck', 'test'),
        `${name} waits for ${other}`,
      ).toBeDefined()
    }
  }
})

test('nothing is reached from other machines', async () => {
  for (const [name, service] of entriesAt(await composeFile(), 'services')) {
    for (const port of listAt(service, 'ports')) {
      expect(String(port), name).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    }
  }
})

test('our own containers have no privilege and no disk', async () => {
  for (const name of [...AGENTS, 'setup']) {
    expect(at(await composeFile(), 'services', name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  }
})

test('each agent has all settings of a consumer and of a gateway with read-through', async () => {
  for (const service of AGENTS) {
    const mounted = await mountedAt(service, '/etc/tidegate/tidegate.config.json')
    const given: unknown = JSON.parse(await textOf(join('infra/compose', mounted ?? '')))
    const env = await serviceEnvironment(service)
    const config = readConfig(given, env)
    const [, , region] = await serviceCommand(service)
    expect(consumerSettings(config, region)).toMatchObject({
      slot: `tidegate_${region}`,
      redis: `redis://redis-${region}:6379`,
    })
    expect(settingsFrom(gatewayEnvironment(config, region))).toMatchObject({
      readThrough: true,
      region,
      elsewhere: AGENTS.filter((other) => other !== service).map((other) => ({
        host: `${other.replace('agent-', '')}-1:5432`,
        gateway: `http://${other}:4444/sql`,
      })),
      tokenKeys: [env['TIDEGATE_TOKEN_KEY']],
    })
  }
})

test('Prometheus asks each agent for both its metrics, by its region', async () => {
  const prometheus = await yamlOf('infra/compose/prometheus.yaml')
  const targets = listAt(prometheus, 'scrape_configs', 0, 'static_configs').map((each) => [
    at(each, 'labels', 'region'),
    listAt(each, 'targets'),
  ])
  expect(targets).toEqual(
    AGENTS.map((agent) => [agent.split('-')[1], [`${agent}:9187`, `${agent}:4444`]]),
  )
})
