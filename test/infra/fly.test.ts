/**
 * Fly's files by the grammar of TOML, by the names that flyctl's source has, and by our own settings: Fly's
 * own checker asks Fly, and is not to be had without an account.
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { parse } from 'smol-toml'
import { expect, test } from 'vitest'

import { readSettings } from '../../cdc-consumer/operations/settings.ts'
import { readConfig } from '../../cli/config/config.ts'
import { consumerSettings } from '../../cli/services/consumer-settings.ts'
import { gatewayEnvironment } from '../../cli/services/gateway-environment.ts'
import { settingsFrom } from '../../gateway/settings/resolve.ts'
import { at, entriesAt, inRepository, listAt, textOf } from '../support/infra/repository.ts'

const REGIONS = ['iad', 'fra', 'syd']
const FILES = [...REGIONS, 'consumer']

async function fileOf(name: string): Promise<unknown> {
  return parse(await textOf(`infra/fly/${name}.toml`))
}

const CHECK = 'grace_period interval timeout method path'
const known: Readonly<Record<string, string>> = {
  '': 'app primary_region kill_signal kill_timeout build processes env files http_service checks metrics vm',
  build: 'dockerfile',
  files: 'guest_path local_path processes',
  http_service: `processes internal_port force_https auto_stop_machines auto_start_machines
    min_machines_running concurrency checks`,
  'http_service.concurrency': 'type soft_limit hard_limit',
  'http_service.checks': CHECK,
  'checks.consumer': `${CHECK} type port processes`,
  metrics: 'processes port path',
  vm: 'size memory processes',
}

test('no file has a name that flyctl does not know', async () => {
  for (const name of FILES) {
    const file = await fileOf(name)
    for (const [path, names] of Object.entries(known)) {
      const found = path === '' ? file : at(file, ...path.split('.'))
      for (const table of Array.isArray(found) ? found : [found]) {
        for (const [key] of entriesAt(table))
          expect(names.split(/\s+/), `${name}: ${path}.${key}`).toContain(key)
      }
    }
  }
})

test('what is of a process is of one that there is, and each file leads to files that are there', async () => {
  for (const name of FILES) {
    const file = await fileOf(name)
    const processes = entriesAt(file, 'processes').map(([process]) => process)
    const parts = [
      at(file, 'http_service'),
      ...entriesAt(file, 'checks').map(([, check]) => check),
      ...['files', 'metrics', 'vm'].flatMap((part) => listAt(file, part)),
    ].filter((part) => part !== undefined)
    for (const part of parts) {
      for (const process of listAt(part, 'processes')) expect(processes).toContain(process)
    }
    // Files from where `fly` is run, which is the root of the clone; the Dockerfile from its own file.
    const dockerfile = join('infra/fly', String(at(file, 'build', 'dockerfile')))
    const paths = [dockerfile, ...listAt(file, 'files').map((each) => at(each, 'local_path'))]
    for (const path of paths) {
      await expect(access(inRepository(String(path)))).resolves.toBeUndefined()
    }
  }
})

const URLS = Object.fromEntries(
  REGIONS.flatMap((region) => [
    [
      `${region.toUpperCase()}_DATABASE_URL`,
      `postgresql://app:secret@${region}.db.example.com/app`,
    ],
    [`${region.toUpperCase()}_REDIS_URL`, `rediss://${region}.redis.example.com:6379`],
  ]),
)

test('consumer and gateway of each region take what they are given', async () => {
  for (const region of REGIONS) {
    const file = await fileOf(region)
    const own = Object.fromEntries(
      entriesAt(file, 'env').map(([name, value]) => [name, String(value)]),
    )
    const key = 'a-key-of-more-than-thirty-two-characters'
    const env = {
      ...URLS,
      ...own,
      TIDEGATE_TOKEN_KEY: key,
    }
    const config = readConfig(JSON.parse(await textOf('infra/fly/tidegate.config.json')), env)
    expect(at(file, 'processes')).toEqual({
      consumer: `consumer --region ${region}`,
      gateway: `gateway --region ${region}`,
    })
    const consumer = consumerSettings(config, region)
    const gateway = settingsFrom(gatewayEnvironment(config, region))
    expect(consumer).toMatchObject({
      slot: `tidegate_${region}`,
      port: at(file, 'checks', 'consumer', 'port'),
    })
    expect(gateway).toMatchObject({
      readThrough: true,
      region,
      listenPort: at(file, 'http_service', 'internal_port'),
    })
    const ports = listAt(file, 'metrics').map((each) => at(each, 'port'))
    expect(ports).toEqual([consumer.port, gateway.listenPort])
  }
})

test('a consumer alone takes what the stack around Neon gives it', async () => {
  const file = await fileOf('consumer')
  const settings = readSettings({
    ...Object.fromEntries(entriesAt(file, 'env').map(([name, value]) => [name, String(value)])),
    TIDEGATE_NODES:
      '[{"name":"iad-1","role":"primary","url":"postgresql://app@iad.neon.example/app"}]',
    TIDEGATE_REDIS: 'rediss://default:secret@iad.upstash.example:6379',
    TIDEGATE_SLOT: 'tidegate_iad',
  })
  expect(settings).toMatchObject({ port: at(file, 'checks', 'consumer', 'port') })
})

test('no secret is in any of them', async () => {
  for (const name of FILES) {
    for (const [variable, value] of entriesAt(await fileOf(name), 'env')) {
      expect(variable).not.toMatch(/PASSWORD|_URL$|KEYS?$/)
      expect(String(value)).not.toMatch(/:\/\/[^/]*@/)
    }
  }
})
