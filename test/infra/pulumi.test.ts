/** The stacks of AWS and of Neon, Upstash and Cloudflare: their types, and what they would make. */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readSettings } from '../../cdc-consumer/operations/settings.ts'
import { readConfig } from '../../cli/config/config.ts'
import { settingsFrom } from '../../gateway/settings/resolve.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import { readSettings as readWorkerSettings } from '../../workers/app/settings.ts'
import { type Made, type Preview, Stacks } from '../support/infra/pulumi.ts'
import { at, entriesAt, listAt } from '../support/infra/repository.ts'

const stacks = await Stacks.open()

const AWS = {
  image: 'registry.example.com/tidegate:0.1.0',
  regions: [
    ['us-east-1', 'iad'],
    ['eu-central-1', 'fra'],
    ['ap-southeast-2', 'syd'],
  ].map(([name, code]) => ({
    name,
    code,
    certificateArn: `arn:aws:acm:${name}:000000000000:certificate/of-${code}`,
    gatewayHost: `${code}.gateway.example.com`,
  })),
}

describe.skipIf(stacks === undefined)('stacks (skipped where npm cannot install Pulumi)', () => {
  afterAll(async () => await stacks?.[Symbol.asyncDispose]())

  test('TypeScript knows each resource and each of its arguments', async () => {
    expect(await stacks?.typeFaults()).toBe('')
  })

  describe('on AWS', () => {
    let preview: Preview

    beforeAll(async () => {
      preview = (await stacks?.preview('aws', AWS)) ?? { made: [], outputs: {} }
    })

    function all(type: string): readonly Made[] {
      return preview.made.filter((each) => each.type === type)
    }

    /** The services' containers, with what they find in their environment. */
    function containers(): readonly { spec: unknown; env: Record<string, string> }[] {
      const secrets = new Map(
        all('SecretVersion').map(({ name, inputs }) => [
          `arn:aws:mock:::${name}`,
          String(at(inputs, 'secretString')),
        ]),
      )
      return all('TaskDefinition').map(({ inputs }) => {
        const [spec]: unknown[] = JSON.parse(String(at(inputs, 'containerDefinitions')))
        const plain = listAt(spec, 'environment').map((each): [string, string] => [
          String(at(each, 'name')),
          String(at(each, 'value')),
        ])
        const held = listAt(spec, 'secrets').map((each): [string, string] => [
          String(at(each, 'name')),
          secrets.get(String(at(each, 'valueFrom'))) ?? 'is nowhere held',
        ])
        return { spec, env: Object.fromEntries([...plain, ...held]) }
      })
    }

    function of(service: string): readonly Record<string, string>[] {
      return containers()
        .filter(({ spec }) => at(spec, 'command', 0) === service)
        .map(({ env }) => env)
    }

    test('each region has a database, of which one is the primary and the others copies of it', () => {
      const [primary, ...copies] = all('Instance')
      expect(copies).toHaveLength(2)
      expect(primary?.inputs).toMatchObject({
        engine: 'postgres',
        multiAz: true,
        deletionProtection: true,
      })
      // Replicas are made from backups.
      expect(at(primary?.inputs, 'backupRetentionPeriod')).toBeGreaterThan(0)
      for (const { inputs } of all('Instance')) {
        expect(inputs).toMatchObject({ storageEncrypted: true, publiclyAccessible: false })
      }
      for (const { inputs } of copies) {
        expect(at(inputs, 'replicateSourceDb')).toBe(`arn:aws:mock:::${primary?.name}`)
        expect(at(inputs, 'username')).toBeUndefined()
      }
      for (const { inputs } of all('ParameterGroup').filter(({ name }) =>
        name.endsWith('-postgres'),
      )) {
        const parameters = listAt(inputs, 'parameters').map((each) => [
          at(each, 'name'),
          at(each, 'value'),
        ])
        expect(Object.fromEntries(parameters)).toMatchObject({
          'rds.logical_replication': '1',
          'rds.force_ssl': '1',
          hot_standby_feedback: '1',
          max_slot_wal_keep_size: expect.any(String),
        })
      }
    })

    test('a consumer of each region takes what it is given, and reads the slot that setup makes', () => {
      const variables = Object.fromEntries(
        entriesAt(preview.outputs, 'variables').map(([name, value]) => [name, String(value)]),
      )
      // Tidegate's names of regions are those of AWS.
      for (const { name, code } of AWS.regions) expect(findRegion(name ?? '')).toBe(code)
      const config = readConfig(at(preview.outputs, 'configuration'), variables)
      const consumers = of('consumer').map((env) => readSettings(env))
      expect(consumers.map(({ slot }) => slot)).toEqual(config.regions.map(({ slot }) => slot))
      for (const { nodes, redis, source, sourceNode } of consumers) {
        expect(nodes.map(({ name, role }) => [name, role])).toEqual(
          config.nodes.map(({ name, role }) => [name, role]),
        )
        expect(redis).toMatch(/^rediss:\/\/:secret-/)
        expect(source === 'home' || nodes.some(({ name }) => name === sourceNode)).toBe(true)
        // Its role, not the administrator's.
        for (const { url } of nodes) expect(new URL(url).username).toBe('tidegate_consumer')
      }
      for (const node of config.nodes) expect(node.url.read()).toContain('tidegate_admin')
    })

    test('a gateway of each region takes what it is given, and knows those of the others', () => {
      const gateways = of('gateway').map((env) => settingsFrom(env))
      expect(gateways.map(({ region }) => region)).toEqual(['iad', 'fra', 'syd'])
      const [home, ...others] = gateways
      expect(home).toMatchObject({ readThrough: true })
      for (const other of others) {
        expect(other).toMatchObject({
          readThrough: true,
          tokenKeys: home?.tokenKeys,
        })
        expect(other.elsewhere).toContainEqual({
          name: 'iad-1',
          role: 'primary',
          region: 'iad',
          gateway: 'https://iad.gateway.example.com/sql',
          host: home?.nodes[0]?.host,
        })
      }
    })

    test('nothing secret is in a task’s definition, and each reads its own secrets alone', () => {
      for (const { spec } of containers()) expect(JSON.stringify(spec)).not.toContain('secret-')
      const policies = all('RolePolicy')
      expect(policies).toHaveLength(6)
      for (const { name, inputs } of policies) {
        const [statement] = listAt(JSON.parse(String(at(inputs, 'policy'))), 'Statement')
        const [region = '', service = ''] =
          /^(.*)-(consumer|gateway)-secrets$/.exec(name)?.slice(1) ?? []
        for (const arn of listAt(statement, 'Resource').map(String)) {
          expect(arn).toContain(`:${region}-tidegate-${service === 'gateway' ? 'gateway-' : ''}`)
          if (service === 'consumer') expect(arn).not.toContain('gateway')
        }
      }
    })

    test('containers have no privilege and no disk, and are asked by the image’s own check', () => {
      expect(containers()).toHaveLength(6)
      for (const { spec } of containers()) {
        expect(spec).toMatchObject({
          readonlyRootFilesystem: true,
          user: '1000:1000',
          linuxParameters: { capabilities: { drop: ['ALL'] } },
          healthCheck: { command: ['CMD', 'node', '/app/healthcheck.ts', at(spec, 'command', 0)] },
        })
      }
    })

    test('from the world only HTTPS is let in, and of the gateway only /sql', () => {
      const open = all('SecurityGroupIngressRule').filter(
        ({ inputs }) => at(inputs, 'cidrIpv4') === '0.0.0.0/0',
      )
      expect(open).toHaveLength(3)
      for (const { inputs } of open) expect(inputs).toMatchObject({ fromPort: 443, toPort: 443 })
      for (const { inputs } of all('Listener')) {
        expect(inputs).toMatchObject({
          protocol: 'HTTPS',
          defaultActions: [{ type: 'fixed-response' }],
        })
      }
      for (const { inputs } of all('ListenerRule')) {
        expect(at(inputs, 'conditions')).toEqual([{ pathPattern: { values: ['/sql'] } }])
      }
    })

    test('each region is joined with home, both ways, by addresses that are not used twice', () => {
      const ranges = all('Vpc').map(({ inputs }) => at(inputs, 'cidrBlock'))
      expect(new Set(ranges).size).toBe(3)
      expect(all('VpcPeeringConnection')).toHaveLength(2)
      const [home, ...others] = ranges
      const routes = all('Route').map(({ name, inputs }) => [
        name,
        at(inputs, 'destinationCidrBlock'),
      ])
      for (const [index, other] of others.entries()) {
        const there = AWS.regions[index + 1]?.name
        expect(routes).toContainEqual([`us-east-1-to-${there}-0`, other])
        expect(routes).toContainEqual([`${there}-to-us-east-1-0`, home])
      }
      const asked = all('SecurityGroupIngressRule').filter(({ name }) =>
        name.startsWith('us-east-1-database-from-'),
      )
      expect(asked).toHaveLength(3)
    })

    test('what is wrong is refused by its name', async () => {
      const [home] = AWS.regions
      for (const [config, message] of [
        [{ ...AWS, regions: [] }, 'regions: expected a list, home first'],
        [
          { ...AWS, regions: [{ ...home, name: 'Frankfurt' }] },
          'regions[0].name: expected a region of AWS',
        ],
        [
          { ...AWS, regions: [{ ...home, certificateArn: 'none' }] },
          'regions[0].certificateArn: expected',
        ],
      ] as const) {
        expect(await stacks?.refusal('aws', config)).toContain(message)
      }
    })
  })

  describe('around Neon', () => {
    const worker = join(tmpdir(), `tidegate-worker-${process.pid}.js`)
    let preview: Preview
    const config = {
      accountId: 'account',
      zoneId: 'zone',
      hostname: 'api.example.com',
      worker,
      regions: [
        { name: 'us-east-1', code: 'iad' },
        { name: 'eu-central-1', code: 'fra' },
      ],
      urls: {
        iad: 'postgresql://app:secret@iad.neon.example/app',
        fra: 'postgresql://app:secret@fra.neon.example/app',
      },
    }

    beforeAll(async () => {
      await writeFile(worker, 'export default {}')
      preview = (await stacks?.preview('neon', config)) ?? { made: [], outputs: {} }
    })

    afterAll(async () => await rm(worker, { force: true }))

    test('the Worker takes what it is given, and finds a tide table in each region', () => {
      const script = preview.made.find(({ type }) => type === 'WorkersScript')
      const bindings = listAt(script?.inputs, 'bindings')
      const env = Object.fromEntries(
        bindings.map((each) => [String(at(each, 'name')), at(each, 'text')]),
      )
      const settings = readWorkerSettings(env)
      expect(settings.tidegate).toMatchObject({
        primary: { name: 'iad-1', region: 'iad' },
        replicas: [{ name: 'fra-1', region: 'fra', role: 'subscriber' }],
        mode: 'production',
      })
      expect(settings.tides.map(({ region }) => region)).toEqual(['iad', 'fra'])
      for (const binding of bindings) {
        const isSecret = /secret/.test(String(at(binding, 'text')))
        expect(at(binding, 'type'), String(at(binding, 'name'))).toBe(
          isSecret ? 'secret_text' : 'plain_text',
        )
      }
    })

    test('a consumer of each region takes what comes out for it', () => {
      for (const [code, given] of entriesAt(preview.outputs, 'consumers')) {
        const settings = readSettings(
          Object.fromEntries(entriesAt(given).map(([name, value]) => [name, String(value)])),
        )
        const nodes = code === 'iad' ? ['iad-1'] : ['iad-1', 'fra-1']
        expect(settings.nodes.map(({ name }) => name)).toEqual(nodes)
        expect(settings.redis).toMatch(/^rediss:/)
      }
    })

    test('a Redis may evict no tide table, and is reached by TLS alone', () => {
      const stores = preview.made.filter(({ type }) => type === 'RedisDatabase')
      expect(stores).toHaveLength(2)
      for (const { inputs } of stores) expect(inputs).toMatchObject({ eviction: false, tls: true })
    })

    test('a region without a connection string is refused by its name, without telling another', async () => {
      const refused = await stacks?.refusal('neon', { ...config, urls: { iad: config.urls.iad } })
      expect(refused).toContain('urls.fra: expected the connection string')
      expect(refused).not.toContain('app:secret@')
    })
  })
})
