/** What runs beside the databases of a region: consumer, gateway, Redis over HTTP, a Worker. */
import { join } from 'node:path'

import { build } from 'esbuild'

import { bindingsOf } from '../../infra/demo/bindings.ts'
import type { Service } from '../../infra/demo/services.ts'
import { startWorker } from '../../infra/demo/worker-process.ts'
import type { ManagedProcess } from '../../infra/local/managed-process.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { listen, type RedisHttpListener } from '../../redis-http/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import { nodeOptions, TOLD } from '../support/consumer/region-consumer.ts'
import { toNodeConfig } from '../support/gateway.ts'
import { KEY_COLUMNS } from './data.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Signs the sessions of all clients: they come with each other's cookies. */
export const TOKEN_KEY = 'the checker of tidegate signs with this key'
const REDIS_TOKEN = 'the-checker-of-tidegate'

export const slotOf = (region: Region): string => `consumer_${region}`

interface Program {
  readonly name: string
  readonly region: Region
  readonly main: string
  readonly health: string
  readonly env: (port: number) => Readonly<Record<string, string>>
}

async function startProgram(world: World, program: Program): Promise<Service> {
  const { name, region, main, health, env } = program
  const port = await world.freePort()
  const managed = world.process({
    name,
    command: process.execPath,
    args: [join(ROOT, main)],
    env: env(port),
  })
  async function start(): Promise<void> {
    managed.spawn()
    await managed.ready(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}${health}`).catch(() => undefined)
      return answer?.ok === true
    })
  }
  await start()
  return { region, process: managed, address: await world.expose(region, port), start }
}

/** Of home it reads whoever is primary, elsewhere the region's own node. */
export async function startConsumer(world: World, region: Region): Promise<Service> {
  const { nodes, redis } = world.region(region)
  const [own] = nodes
  const isHome = region === world.home
  const known = world.databases.nodes.filter((node) => node === own || node.role !== 'subscriber')
  return await startProgram(world, {
    name: `consumer-${region}`,
    region,
    main: 'cdc-consumer/main.ts',
    health: '/health',
    env: (port) => ({
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
    }),
  })
}

export async function startRegionGateway(world: World, region: Region): Promise<Service> {
  const { nodes, redis } = world.region(region)
  return await startProgram(world, {
    name: `gateway-${region}`,
    region,
    main: 'gateway/main.ts',
    health: '/health/ready',
    env: (port) => ({
      TIDEGATE_GATEWAY_NODES: JSON.stringify(nodes.map(toNodeConfig)),
      TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
      TIDEGATE_GATEWAY_LISTEN_PORT: String(port),
      TIDEGATE_GATEWAY_REDIS_URL: redis.url(),
      TIDEGATE_GATEWAY_LOG_LEVEL: 'warn',
    }),
  })
}

/** Where a node's gateway listens, as a region sees it. */
export function endpointOf(
  gateways: ReadonlyMap<Region, Service>,
  node: PostgresNode,
  from: Region,
): string {
  const gateway = gateways.get(node.region)
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
