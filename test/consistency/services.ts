/** What runs beside the databases of a region: consumer, gateway, Redis over HTTP, a Worker. */
import { join } from 'node:path'

import { build } from 'esbuild'

import { bindingsOf } from '../../infra/demo/bindings.ts'
import type { Service } from '../../infra/demo/services.ts'
import { startWorker } from '../../infra/demo/worker-process.ts'
import type { ManagedProcess } from '../../infra/local/managed-process.ts'
import type { Address } from '../../infra/local/network/network.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { listen, type RedisHttpListener } from '../../redis-http/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import { ConfiguredWorld } from '../support/cli/configured-world.ts'
import { nodeOptions, TOLD } from '../support/consumer/region-consumer.ts'
import { farNode, toNodeConfig } from '../support/gateway.ts'
import { KEY_COLUMNS } from './data.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Signs the sessions of all clients: they come with each other's cookies. */
export const TOKEN_KEY = 'the-checker-of-tidegate-signs-with-this-key'
export const TIMEOUT_MS = 3000
const REDIS_TOKEN = 'the-checker-of-tidegate'

export const slotOf = (region: Region): string => `consumer_${region}`

interface Program {
  readonly region: Region
  readonly process: ManagedProcess
  /** What has to answer before it counts as started. */
  readonly health: readonly string[]
  readonly address: Address
}

async function startProgram({ region, process, health, address }: Program): Promise<Service> {
  async function start(): Promise<void> {
    process.spawn()
    await process.ready(async () => {
      const answers = await Promise.all(
        health.map(async (url) => await fetch(url).catch(() => undefined)),
      )
      return answers.every((answer) => answer?.ok === true)
    })
  }
  await start()
  return { region, process, address, start }
}

/** Of home it reads whoever is primary, elsewhere the region's own node. */
function consumerEnvironment(world: World, region: Region, port: number): Record<string, string> {
  const { nodes, redis } = world.region(region)
  const [own] = nodes
  const isHome = region === world.home
  const known = world.databases.nodes.filter((node) => node === own || node.role !== 'subscriber')
  return {
    TIDEGATE_NODES: JSON.stringify(known.map((node) => nodeOptions(node, region))),
    TIDEGATE_REDIS: redis.url(),
    TIDEGATE_SOURCE: isHome ? 'home' : 'node',
    ...(!isHome && own && { TIDEGATE_SOURCE_NODE: own.name }),
    TIDEGATE_SLOT: slotOf(region),
    TIDEGATE_PUBLICATION: TOLD,
    TIDEGATE_KEYS: JSON.stringify(KEY_COLUMNS),
    TIDEGATE_HOST: '127.0.0.1',
    TIDEGATE_PORT: String(port),
    TIDEGATE_LOG_LEVEL: 'warn',
  }
}

/** It passes on what the SDK asks of its nodes, and answers everybody else with the SDK itself. */
function gatewayEnvironment(world: World, places: Places, own: Place): Record<string, string> {
  const { region, port } = own
  const { nodes, redis } = world.region(region)
  const [node] = nodes
  const elsewhere = world.databases.nodes
    .filter((each) => !nodes.includes(each))
    .map((each) => farNode(each, endpointOf(places, each, region)))
  return {
    TIDEGATE_GATEWAY_NODES: JSON.stringify(nodes.map(toNodeConfig)),
    TIDEGATE_GATEWAY_ELSEWHERE: JSON.stringify(elsewhere),
    TIDEGATE_GATEWAY_READ_THROUGH: 'true',
    TIDEGATE_GATEWAY_REGION: region,
    TIDEGATE_GATEWAY_DATABASE: new URL(node?.url() ?? '').pathname.slice(1),
    TIDEGATE_GATEWAY_TOKEN_KEYS: TOKEN_KEY,
    TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
    TIDEGATE_GATEWAY_LISTEN_PORT: String(port),
    TIDEGATE_GATEWAY_QUERY_TIMEOUT_MS: String(TIMEOUT_MS),
    TIDEGATE_GATEWAY_REDIS_URL: redis.url(),
    TIDEGATE_GATEWAY_LOG_LEVEL: 'warn',
  }
}

export async function startConsumer(world: World, region: Region): Promise<Service> {
  const port = await world.freePort()
  return await startProgram({
    region,
    process: world.process({
      name: `consumer-${region}`,
      command: process.execPath,
      args: [join(ROOT, 'cdc-consumer/main.ts')],
      env: consumerEnvironment(world, region, port),
    }),
    health: [healthOf(port)],
    address: await world.expose(region, port),
  })
}

/** Where a gateway is to be: each knows the others before they are there. */
export interface Place {
  readonly region: Region
  readonly port: number
  readonly address: Address
}

export type Places = ReadonlyMap<Region, Pick<Place, 'address'>>

export async function placeIn(world: World, region: Region): Promise<Place> {
  const port = await world.freePort()
  return { region, port, address: await world.expose(region, port) }
}

export async function startRegionGateway(
  world: World,
  places: Places,
  own: Place,
): Promise<Service> {
  const { region, port, address } = own
  return await startProgram({
    region,
    process: world.process({
      name: `gateway-${region}`,
      command: process.execPath,
      args: [join(ROOT, 'gateway/main.ts')],
      env: gatewayEnvironment(world, places, own),
    }),
    health: [healthOf(port)],
    address,
  })
}

/** Consumer and gateway in one process: its hits are judged by what it has just raised. */
export async function startAgent(world: World, places: Places, own: Place): Promise<Service> {
  const { region, port, address } = own
  const consumerPort = await world.freePort()
  const configured = await ConfiguredWorld.in(world)
  return await startProgram({
    region,
    process: configured.process(`agent-${region}`, ['agent', '--region', region], {
      ...consumerEnvironment(world, region, consumerPort),
      ...gatewayEnvironment(world, places, own),
    }),
    health: [healthOf(consumerPort), healthOf(port)],
    address,
  })
}

function healthOf(port: number): string {
  return `http://127.0.0.1:${port}/health`
}

/** Where a node's gateway listens, as a region sees it. */
export function endpointOf(places: Places, node: PostgresNode, from: Region): string {
  const gateway = places.get(node.region)
  if (!gateway) throw new Error(`There is no gateway in ${node.region}`)
  return `http://127.0.0.1:${gateway.address.port(from)}/sql`
}

export interface RegionWorker {
  readonly process: ManagedProcess
  readonly url: string
  readonly redisHttp: RedisHttpListener
}

export async function startRegionWorker(
  world: World,
  region: Region,
  gateways: ReadonlyMap<Region, Service>,
): Promise<RegionWorker> {
  const file = join(world.directory, `worker-${region}.js`)
  await build({
    entryPoints: [join(import.meta.dirname, 'worker/index.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
  })
  const redisHttp = await listen({
    redisUrl: world.region(region).redis.url(),
    port: await world.freePort(),
    tokens: [REDIS_TOKEN],
  })
  const redis = { url: redisHttp.url, token: REDIS_TOKEN }
  const bindings = { ...bindingsOf(world, region, { gateways, redis }), TOKEN_KEYS: TOKEN_KEY }
  const bundle = { file, compatibilityDate: '2026-10-01' }
  const worker = await startWorker(world, { name: `worker-${region}`, bundle, bindings })
  return { ...worker, redisHttp }
}
