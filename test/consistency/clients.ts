/** The places where requests are answered: the SDK over TCP, through gateways, and in workerd. */
import { types as neonTypes } from '@neondatabase/serverless'
import { types } from 'pg'

import type { Service } from '../../infra/demo/services.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { RegionTides } from '../../src/cache/index.ts'
import type { RedisCommands } from '../../src/cache/redis/commands.ts'
import { type AnyTidegate, createTidegate } from '../../src/client/tidegate.ts'
import type { Driver } from '../../src/drivers/driver.ts'
import { neonDriver } from '../../src/drivers/neon.ts'
import { tidegate as thinTidegate } from '../../src/thin/index.ts'
import type { NodeOptions } from '../../src/topology/configuration.ts'
import type { Region } from '../../src/topology/regions.ts'
import { type Answer, type Reply, runRequest } from './request.ts'
import { endpointOf, type RegionWorker, TIMEOUT_MS, TOKEN_KEY } from './services.ts'
import type { Client } from './workload.ts'

/** Of a whole request to a Worker: longer than all of its commands may take. */
const WORKER_TIMEOUT_MS = 20_000

/** Its clock stands still between its exchanges with others, and knows whole milliseconds. */
const WORKER_CLOCK_MS = 2

/** Postgres' clock is the same one: the bound of a read is told by it. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

interface Placement {
  readonly world: World
  readonly region: Region
  readonly redis: RedisCommands
}

function tidesOf({ redis, region }: Placement): RegionTides {
  return new RegionTides({ redis, region })
}

function local(name: string, weight: number, tg: AnyTidegate): Client {
  return {
    name,
    weight,
    request: async (cookie, commands) => await runRequest(tg, cookie, commands, now),
  }
}

export function tcpClient(placement: Placement, driver: Driver): Client {
  const { world, region } = placement
  const place = (node: PostgresNode): NodeOptions => ({
    name: node.name,
    region: node.region,
    url: node.url(region),
  })
  const tg = createTidegate(
    { ...nodesOf(world, place), region, ...common, tides: tidesOf(placement) },
    { driver, types },
  )
  return local(`${region} over TCP`, 2, tg)
}

export function gatewayClient(
  placement: Placement,
  gateways: ReadonlyMap<Region, Service>,
): Client {
  const { world, region } = placement
  const place = (node: PostgresNode): NodeOptions => ({
    name: node.name,
    region: node.region,
    // As the gateway knows it.
    url: node.url(),
    endpoint: endpointOf(gateways, node, region),
    gateway: true,
  })
  const tg = createTidegate(
    { ...nodesOf(world, place), region, ...common, tides: tidesOf(placement) },
    { driver: neonDriver(), types: neonTypes },
  )
  return local(`${region} by its gateway`, 1, tg)
}

/** One hop from the region's gateway, which answers with the SDK. */
export function thinClient(
  { world, region }: Placement,
  gateways: ReadonlyMap<Region, Service>,
): Client {
  const [node] = world.region(region).nodes
  if (!node) throw new Error(`There is no database in ${region}`)
  const gateway = { region, url: node.url(), endpoint: endpointOf(gateways, node, region) }
  // Longer than the gateway takes, to hear what it says.
  const tg = thinTidegate({ gateways: [gateway], timeoutMs: 2 * TIMEOUT_MS })
  return local(`${region} thin`, 1, tg)
}

const common = { timeoutMs: TIMEOUT_MS, tokenKeys: [TOKEN_KEY] }

function nodesOf(
  { databases: { primary, nodes } }: World,
  place: (node: PostgresNode) => NodeOptions,
): Pick<Parameters<typeof createTidegate>[0], 'primary' | 'replicas'> {
  const replicas = nodes.filter((node) => node !== primary)
  return {
    primary: place(primary),
    replicas: replicas.map((node) =>
      Object.assign(place(node), {
        role: node.role === 'subscriber' ? ('subscriber' as const) : ('standby' as const),
      }),
    ),
  }
}

export function workerClient(region: Region, { url }: RegionWorker): Client {
  return {
    name: `${region} in workerd`,
    weight: 1,
    async request(cookie, commands) {
      const begun = now()
      try {
        const response = await fetch(url, {
          method: 'POST',
          body: JSON.stringify({ cookie, commands }),
          signal: AbortSignal.timeout(WORKER_TIMEOUT_MS),
        })
        if (!response.ok) throw new Error(`The Worker says ${response.status}`)
        const reply: Reply = JSON.parse(await response.text())
        const answers = reply.answers.map((each) => ({
          ...each,
          begun: each.begun - WORKER_CLOCK_MS,
          ended: each.ended + WORKER_CLOCK_MS,
        }))
        return { ...reply, answers }
      } catch {
        return { cookie, answers: commands.map(() => unanswered(begun)) }
      }
    },
  }
}

function unanswered(begun: number): Answer {
  return {
    begun,
    ended: now(),
    source: '',
    from: 'primary',
    position: undefined,
    route: '',
    toldOfLoss: false,
    error: 'the Worker gave no answer',
    committed: 'unknown',
    held: [],
  }
}
