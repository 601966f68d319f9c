/** What a gateway is told by the configuration that all commands share. */
import { expect, test } from 'vitest'

import { readConfig } from '../../../cli/config/config.ts'
import { gatewayEnvironment } from '../../../cli/services/gateway-environment.ts'
import { settingsFrom } from '../../../gateway/settings/resolve.ts'
import type { GatewaySettings } from '../../../gateway/settings/settings.ts'

const env: Readonly<Record<string, string>> = {
  HOME_URL: 'postgresql://u:secret@db.iad.example:5433/app',
  FRA_URL: 'postgresql://u:secret@db.fra.example/app',
  FRA_REDIS: 'redis://10.0.0.6',
  KEY: 'a-key-of-at-least-thirty-two-letters',
}
const config = {
  primary: {
    region: 'iad',
    url: { env: 'HOME_URL' },
    endpoint: 'https://gateway.iad.example/sql',
    gateway: true,
  },
  replicas: [{ region: 'fra', url: { env: 'FRA_URL' }, role: 'standby' }],
  redis: { fra: { env: 'FRA_REDIS' }, iad: { env: 'FRA_REDIS' } },
  table: 'app',
  tokenKeys: [{ env: 'KEY' }],
  gateway: { readThrough: true },
}

function settingsOf(region: string, change: object = {}, variables = env): GatewaySettings {
  return settingsFrom(gatewayEnvironment(readConfig({ ...config, ...change }, variables), region))
}

test('away from home writes go to the primary’s gateway', () => {
  expect(settingsOf('fra')).toMatchObject({
    readThrough: true,
    region: 'fra',
    redisUrl: 'redis://10.0.0.6',
    tideTable: 'app',
    database: 'app',
    tokenKeys: [env['KEY']],
    elsewhere: [
      {
        name: 'iad-1',
        role: 'primary',
        region: 'iad',
        host: 'db.iad.example:5433',
        gateway: 'https://gateway.iad.example/sql',
        bearerToken: undefined,
      },
    ],
  })
})

test('at home the primary is among its nodes', () => {
  const { nodes, elsewhere } = settingsOf('iad')
  expect(nodes.map(({ name, role }) => [name, role])).toEqual([['iad-1', 'primary']])
  expect(elsewhere).toEqual([])
})

test('of the nodes elsewhere it is told those that have a gateway, and what these want to hear', () => {
  const { elsewhere } = settingsOf('iad', {
    replicas: [
      { ...config.replicas[0], endpoint: 'https://gateway.fra.example/sql', gateway: true },
      { region: 'syd', url: { env: 'FRA_URL' }, role: 'subscriber' },
    ],
    gatewayTokens: [{ env: 'KEY' }],
  })
  expect(elsewhere).toEqual([
    {
      name: 'fra-1',
      role: 'standby',
      region: 'fra',
      host: 'db.fra.example:5432',
      gateway: 'https://gateway.fra.example/sql',
      bearerToken: env['KEY'],
    },
  ])
})

test('what the environment says of the gateway comes first', () => {
  const variables = { ...env, TIDEGATE_GATEWAY_REDIS_URL: 'redis://another' }
  expect(settingsOf('fra', {}, variables)).toMatchObject({ redisUrl: 'redis://another' })
})

test('a gateway that only passes on needs no secret but its nodes’', () => {
  const plain = { gateway: {} }
  const settings = settingsOf('fra', plain, { FRA_URL: env['FRA_URL'] ?? '' })
  expect(settings).toMatchObject({ readThrough: false, redisUrl: undefined, tokenKeys: [] })
})
