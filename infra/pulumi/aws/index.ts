/**
 * Tidegate on AWS: home with the primary, and regions with a standby each. `tidegate setup` comes after it,
 * from a machine that reaches the databases; see infra/README.md.
 */
import pulumi, { type Output } from '@pulumi/pulumi'
import random from '@pulumi/random'

import { makeAgent, type Surroundings } from './agent.ts'
import { type Database, makePrimary, makeStandby } from './database.ts'
import { join, makeNetwork } from './network.ts'
import { makeRedis } from './redis.ts'
import { readSettings, type RegionSettings } from './settings.ts'

const settings = readSettings()
const [home, ...others] = settings.regions.map((region, index) => ({
  region,
  network: makeNetwork(region.name, index),
}))
if (!home) throw new pulumi.RunError('regions: expected a home region.')

for (const { network } of others) join(home.network, network)

function password(name: string): Output<string> {
  return new random.RandomPassword(name, { length: 40, special: false }).result
}

const adminPassword = password('admin')
const consumerPassword = password('consumer')
const tokenKey = password('token-key')

const networks = [home, ...others].map(({ network }) => network)
const primary: Placed = {
  region: home.region,
  database: makePrimary(home.network, networks, settings, adminPassword),
}
const standbys = others.map(({ region, network }): Placed => ({
  region,
  database: makeStandby(network, primary.database, settings),
}))
const all = [primary, ...standbys]

interface Placed {
  readonly region: RegionSettings
  readonly database: Database
}

function nameOf({ region }: Placed): string {
  return `${region.code}-1`
}

function hostOf({ database }: Placed): Output<string> {
  return database.instance.address
}

function urlOf(node: Placed, user: string, secret: Output<string>): Output<string> {
  const mode = settings.caFile === undefined ? 'no-verify' : 'verify-full'
  const address = pulumi.interpolate`${hostOf(node)}:5432/${settings.database}?sslmode=${mode}`
  return pulumi.interpolate`postgresql://${user}:${secret}@${address}`
}

const trust: Readonly<Record<string, string>> =
  settings.caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: settings.caFile }

/** It knows the primary, the region's own node, and all standbys, each of which may be promoted. */
function consumerOf(own: Placed, redis: Output<string>): Surroundings {
  const nodes = all.map((node) => ({
    name: nameOf(node),
    role: node.database.role,
    url: urlOf(node, 'tidegate_consumer', consumerPassword),
  }))
  return {
    environment: {
      ...trust,
      NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=384',
      TIDEGATE_SLOT: `tidegate_${own.region.code}`,
      ...(own === primary ? { TIDEGATE_SOURCE: 'home' } : { TIDEGATE_SOURCE_NODE: nameOf(own) }),
      TIDEGATE_SLOT_GIVE_UP_BYTES: String(12 * 1024 ** 3),
    },
    secrets: { TIDEGATE_NODES: pulumi.jsonStringify(nodes), TIDEGATE_REDIS: redis },
  }
}

function gatewayOf(own: Placed, redis: Output<string>): Surroundings {
  const ssl = settings.caFile ?? 'unverified'
  const host = hostOf(own)
  const { role } = own.database
  const elsewhere = all
    .filter((node) => node !== own)
    .map((node) => ({
      name: nameOf(node),
      role: node.database.role,
      region: node.region.code,
      host: hostOf(node),
      gateway: `https://${node.region.gatewayHost}/sql`,
    }))
  return {
    environment: {
      ...trust,
      TIDEGATE_GATEWAY_NODES: pulumi.jsonStringify([
        { name: nameOf(own), role, host, port: 5432, hosts: [host], ssl },
      ]),
      TIDEGATE_GATEWAY_READ_THROUGH: 'true',
      TIDEGATE_GATEWAY_DATABASE: settings.database,
      TIDEGATE_GATEWAY_REGION: own.region.code,
      TIDEGATE_GATEWAY_ELSEWHERE: pulumi.jsonStringify(elsewhere),
    },
    secrets: { TIDEGATE_GATEWAY_REDIS_URL: redis, TIDEGATE_GATEWAY_TOKEN_KEYS: tokenKey },
  }
}

const balancers = all.map((node) => {
  const redis = makeRedis(node.database.network, settings)
  const { dnsName } = makeAgent({
    network: node.database.network,
    settings: node.region,
    image: settings.image,
    consumer: consumerOf(node, redis),
    gateway: gatewayOf(node, redis),
  })
  return [node.region.gatewayHost, dnsName] as const
})

/** Where the names of the gateways are to point. */
export const gateways: Output<Record<string, string>> = pulumi.output(Object.fromEntries(balancers))

function variableOf({ region }: Placed): string {
  return `${region.code.toUpperCase()}_DATABASE_URL`
}

/** tidegate.config.json for `tidegate setup`, `doctor` and `status`. */
export const configuration: unknown = {
  primary: {
    name: nameOf(primary),
    region: primary.region.code,
    url: { env: variableOf(primary) },
  },
  replicas: standbys.map((node) => ({
    name: nameOf(node),
    region: node.region.code,
    role: 'standby',
    url: { env: variableOf(node) },
  })),
  redis: Object.fromEntries(
    all.map(({ region: { code } }) => [code, { env: `${code.toUpperCase()}_REDIS_URL` }]),
  ),
}

const administration: Record<string, Output<string>> = {
  ...Object.fromEntries(
    all.map((node) => [variableOf(node), urlOf(node, 'tidegate_admin', adminPassword)]),
  ),
  TIDEGATE_CONSUMER_PASSWORD: consumerPassword,
}

/** Its variables, with the administrator's credentials. */
export const variables: Output<Record<string, string>> = pulumi.secret(pulumi.all(administration))

/** For SDKs at the edge, which sign the same sessions. */
export const tokens: Output<string> = pulumi.secret(tokenKey)
