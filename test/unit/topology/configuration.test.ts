import { expect, test, vi } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import { defineTopology, type TopologyOptions } from '../../../src/topology/configuration.ts'
import { regions } from '../../../src/topology/regions.ts'

const url = 'postgresql://app:secret@db.example/app'
const primary = { region: 'iad', url }

/** As an author without types would write it. */
function define(options: unknown): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid is what is tried
  return defineTopology(options as TopologyOptions)
}

test('what is left out has its default', () => {
  const {
    primary: home,
    replicas,
    nodes,
  } = defineTopology({
    primary,
    replicas: [{ region: 'eu-central-1', url }],
  })
  expect(home).toEqual({
    name: 'iad-1',
    role: 'primary',
    region: 'iad',
    place: regions.iad,
    url,
    endpoint: undefined,
    gateway: false,
    bearerToken: undefined,
    weight: 1,
    pool: 'default',
  })
  expect(replicas).toMatchObject([{ name: 'fra-1', role: 'standby', region: 'fra' }])
  expect(nodes).toEqual([home, ...replicas])
})

test('nodes are named by region and number, and names that were given are left alone', () => {
  const { nodes } = defineTopology({
    primary,
    replicas: [
      { region: 'iad', url },
      { region: 'fra', url, name: 'reports', pool: 'analytics', weight: 0.5 },
      { region: 'fra', url, role: 'subscriber' },
      { region: { latitude: 1, longitude: 2 }, url },
    ],
  })
  expect(nodes.map(({ name }) => name)).toEqual(['iad-1', 'iad-2', 'reports', 'fra-1', 'node-1'])
  expect(nodes[4]).toMatchObject({ region: undefined, place: { latitude: 1, longitude: 2 } })
})

test('nothing of it can be changed afterwards', () => {
  const topology = defineTopology({ primary, replicas: [{ region: 'fra', url }] })
  for (const part of [topology, topology.replicas, topology.nodes, ...topology.nodes]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('a connection string may be a function, and is not called', () => {
  const ask = vi.fn<() => string>()
  expect(defineTopology({ primary: { region: 'iad', url: ask } }).primary.url).toBe(ask)
  expect(ask).not.toHaveBeenCalled()
})

const behindGateway = { ...primary, gateway: true, endpoint: 'https://g.example' }

test.each<[string, unknown]>([
  ['primary', {}],
  ['primary', { primary: null }],
  ['primary.region', { primary: { url } }],
  ['primary.region', { primary: { region: 'atlantis', url } }],
  ['primary.region.latitude', { primary: { region: { latitude: 91, longitude: 0 }, url } }],
  ['primary.region.longitude', { primary: { region: { latitude: 0 }, url } }],
  ['primary.url', { primary: { region: 'iad' } }],
  ['primary.url', { primary: { region: 'iad', url: 'mysql://app:secret@db.example/app' } }],
  ['primary.url', { primary: { region: 'iad', url: 'postgresql://db.example/app' } }],
  ['primary.url', { primary: { region: 'iad', url: 'postgresql://app:secret@db.example' } }],
  ['primary.endpoint', { primary: { ...primary, endpoint: 'db.example' } }],
  ['primary.endpoint', { primary: { ...primary, gateway: true } }],
  ['primary.gateway', { primary: { ...primary, gateway: 'yes', endpoint: 'https://g.example' } }],
  ['primary.bearerToken', { primary: { ...primary, bearerToken: 'secret' } }],
  ['primary.bearerToken', { primary: { ...behindGateway, bearerToken: 'a secret' } }],
  ['primary.role', { primary: { ...primary, role: 'standby' } }],
  ['primary.weight', { primary: { ...primary, weight: 2 } }],
  ['replicas', { primary, replicas: { region: 'fra', url } }],
  ['replicas[0]', { primary, replicas: [null] }],
  ['replicas[0].role', { primary, replicas: [{ ...primary, role: 'primary' }] }],
  ['replicas[0].weight', { primary, replicas: [{ ...primary, weight: 0 }] }],
  ['replicas[0].weight', { primary, replicas: [{ ...primary, weight: Infinity }] }],
  ['replicas[0].weight', { primary, replicas: [{ ...primary, weight: '1' }] }],
  ['replicas[0].pool', { primary, replicas: [{ ...primary, pool: 'a b' }] }],
  ['replicas[0].name', { primary, replicas: [{ ...primary, name: '' }] }],
  ['replicas[0].name', { primary, replicas: [{ ...primary, name: 'iad-1' }] }],
  ['replicas[1].zone', { primary, replicas: [primary, { ...primary, zone: 'a' }] }],
])('%s is named when it is wrong: %j', (field, options) => {
  let error: unknown
  try {
    define(options)
  } catch (thrown) {
    error = thrown
  }
  if (!isTidegateError(error, 'CONFIG_INVALID')) throw new Error('it passed', { cause: error })
  expect(error.message.split(': ')[0]).toBe(field)
  expect(error.message).not.toContain('secret')
})
