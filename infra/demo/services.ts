/** The services of each region as programs of their own: consumer, gateway, Redis over HTTP. */
import { join } from 'node:path'

import { ClusterNode, createSlot, slotState } from '../../cdc-consumer/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { ManagedProcess } from '../local/managed-process.ts'
import type { Address } from '../local/network/network.ts'
import type { PostgresNode } from '../local/postgres/node.ts'
import type { World } from '../local/world.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What consumers read; the world's own publication feeds its subscribers. */
export const PUBLICATION = 'tidegate_told'

export interface Service {
  readonly region: Region
  readonly process: ManagedProcess
  /** Where it listens, as each region sees it. */
  readonly address: Address
  /** Starts it, and waits until it says that it works. */
  start(signal?: AbortSignal): Promise<void>
}

interface Program {
  readonly name: string
  readonly region: Region
  readonly main: string
  readonly health: string
  readonly env: (port: number) => Readonly<Record<string, string>>
}

async function service(
  world: World,
  { name, region, main, health, env }: Program,
): Promise<Service> {
  const port = await world.freePort()
  const managed = world.process({
    name,
    command: process.execPath,
    args: [join(ROOT, main)],
    env: env(port),
  })
  return {
    region,
    process: managed,
    address: await world.expose(region, port),
    async start(signal) {
      managed.spawn()
      await managed.ready(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}${health}`).catch(() => undefined)
        return answer?.ok === true
      }, signal)
    },
  }
}

/** Tails the region's own node if there is one, so that no other region has to be reached for it. */
export async function consumerOf(world: World, region: Region): Promise<Service> {
  const { nodes, redis } = world.region(region)
  const [own] = nodes
  if (!own) throw new Error(`There is no database in ${region}`)
  const isHome = region === world.home
  await ensureSlot(world, region)
  // Those that may be promoted are known to all.
  const known = world.databases.nodes.filter((node) => node === own || node.role !== 'subscriber')
  const nodesOf = known.map((node) => ({
    name: node.name,
    role: node.role,
    url: node.url(region),
  }))
  return await service(world, {
    name: `${region} consumer`,
    region,
    main: 'cdc-consumer/main.ts',
    health: '/health',
    env: (port) => ({
      TIDEGATE_NODES: JSON.stringify(nodesOf),
      TIDEGATE_REDIS: redis.url(),
      TIDEGATE_SOURCE: isHome ? 'home' : 'node',
      ...(isHome ? {} : { TIDEGATE_SOURCE_NODE: own.name }),
      TIDEGATE_SLOT: slotOf(region),
      TIDEGATE_PUBLICATION: PUBLICATION,
      TIDEGATE_KEYS: JSON.stringify({ 'public.comment': ['post_id', 'visitor'] }),
      TIDEGATE_HOST: '127.0.0.1',
      TIDEGATE_PORT: String(port),
      TIDEGATE_LOG_LEVEL: 'warn',
    }),
  })
}

function slotOf(region: Region): string {
  return `tidegate_consumer_${region}`
}

/** A copy of a database has none of its slots: after a failover some have to be made anew. */
export async function ensureSlot(world: World, region: Region): Promise<void> {
  const [own] = world.region(region).nodes
  await using node = clusterNode(region === world.home || !own ? world.primary : own)
  await using primary = clusterNode(world.primary)
  const slot = slotOf(region)
  const { status } = await slotState(node, slot)
  if (status === 'missing') await createSlot({ node, slot, primary })
}

function clusterNode(node: PostgresNode): ClusterNode {
  return new ClusterNode({ name: node.name, role: node.role, url: node.url() })
}

/** The region's databases behind Neon's protocol. */
export async function gatewayOf(
  world: World,
  region: Region,
  historyFile: string,
): Promise<Service> {
  const nodes = world.region(region).nodes.map((node) => {
    const { hostname, port, host } = new URL(node.url())
    // In the world all nodes are on one address: it is the port that tells them apart.
    return { name: node.name, role: node.role, host: hostname, port: Number(port), hosts: [host] }
  })
  return await service(world, {
    name: `${region} gateway`,
    region,
    main: 'gateway/main.ts',
    health: '/health/ready',
    env: (port) => ({
      TIDEGATE_GATEWAY_NODES: JSON.stringify(nodes),
      TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
      TIDEGATE_GATEWAY_LISTEN_PORT: String(port),
      TIDEGATE_GATEWAY_HISTORY_FILE: historyFile,
      TIDEGATE_GATEWAY_LOG_LEVEL: 'warn',
    }),
  })
}
