/**
 * The world that sessions run in: three regions, in each a database, a Redis, a consumer, a gateway and
 * clients; and what a failover does to it.
 */
import { Redis } from 'ioredis'

import type { Service } from '../../infra/demo/services.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { ioredisCommands, RedisTable } from '../../src/cache/index.ts'
import { type PgDriver, pgDriver } from '../../src/drivers/node/pg.ts'
import { makeSlot, RegionConsumer } from '../support/consumer/region-consumer.ts'
import { withSetup } from '../support/consumer/schema.ts'
import { nodeIn } from '../support/node-in.ts'
import type { Branches, Point } from './branches.ts'
import { gatewayClient, thinClient, tcpClient, workerClient } from './clients.ts'
import { FINAL_REGISTERS, FINAL_SETS, KEY_COLUMNS, schema } from './data.ts'
import type { Fork } from './history.ts'
import type { Mutant } from './mutants.ts'
import {
  type Place,
  placeIn,
  type RegionWorker,
  slotOf,
  startAgent,
  startConsumer,
  startRegionGateway,
  startRegionWorker,
} from './services.ts'
import type { Client } from './workload.ts'

export const regions = ['iad', 'fra', 'syd'] as const
export type WorldRegion = (typeof regions)[number]
type Each<T> = ReadonlyMap<WorldRegion, T>

/** Where consumer and gateway are one process. */
const AGENT: WorldRegion = 'fra'

/** How the SDK is reached. */
export const ways = ['tcp', 'gateway', 'workerd', 'thin'] as const
export type Way = (typeof ways)[number]

export interface ConsistencyWorldOptions {
  readonly keys: number
  readonly ways: ReadonlySet<Way>
  readonly mutant: Mutant | undefined
  readonly onProgress: (line: string) => void
}

interface Parts {
  readonly world: World
  readonly consumers: Each<Service>
  readonly inside: readonly RegionConsumer[]
  readonly gateways: Each<Service>
  readonly workers: Each<RegionWorker>
  readonly redises: Each<Redis>
  readonly drivers: readonly PgDriver[]
  readonly clients: readonly [Client, ...Client[]]
}

export class ConsistencyWorld implements AsyncDisposable {
  readonly world: World
  readonly subscriber: PostgresNode
  /** Empty where they run in this process, to be broken. */
  readonly consumers: Each<Service>
  readonly gateways: Each<Service>
  readonly workers: Each<RegionWorker>
  readonly clients: readonly [Client, ...Client[]]
  readonly forks: Fork[] = []
  readonly #parts: Parts

  private constructor(parts: Parts) {
    this.#parts = parts
    this.world = parts.world
    this.subscriber = nodeIn(parts.world, 'syd', 'subscriber')
    this.consumers = parts.consumers
    this.gateways = parts.gateways
    this.workers = parts.workers
    this.clients = parts.clients
  }

  static async start(options: ConsistencyWorldOptions): Promise<ConsistencyWorld> {
    const { keys, mutant, onProgress } = options
    const world = await startWorld({
      home: 'iad',
      regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
      schema: withSetup(schema(keys)),
      distanceScale: 0.05,
      onProgress: ({ part, state }) => state === 'ready' && onProgress(part),
    })
    try {
      await protectSubscriber(world)
      return new ConsistencyWorld(await startParts(world, options, mutant))
    } catch (error) {
      await world.stop()
      throw error
    }
  }

  /** Today's: after a promotion it is another one. */
  get standby(): PostgresNode {
    const standby = this.world.databases.nodes.find(({ role }) => role === 'standby')
    if (!standby) throw new Error('The former primary has not come back yet')
    return standby
  }

  /** The database whose WAL a region's consumer reads. */
  sourceOf(region: WorldRegion): PostgresNode {
    const [own] = this.world.region(region).nodes
    return region === 'iad' || !own ? this.world.primary : own
  }

  async ensureSlot(region: WorldRegion): Promise<void> {
    const source = this.sourceOf(region)
    await atLast(`the slot of ${region}`, async () => {
      const slots = await source.query('select from pg_replication_slots where slot_name = $1', [
        slotOf(region),
      ])
      if (slots.length === 0) await makeSlot(this.world, source, slotOf(region))
    })
  }

  /** What each key holds now. */
  async final(branches: Branches): Promise<ReadonlyMap<number, Point>> {
    const rows = await this.world.primary.query<{ key: number; held: number[] }>(
      `${FINAL_REGISTERS} union all ${FINAL_SETS}`,
    )
    return new Map(rows.map(({ key, held }) => [key, branches.see(key, held)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { inside, redises, drivers, workers } = this.#parts
    // Their slots go with the world.
    for (const consumer of inside) await consumer.stop()
    for (const redis of redises.values()) redis.disconnect()
    for (const { redisHttp } of workers.values()) await redisHttp.close()
    await Promise.all(drivers.map(async (driver) => await driver.end()))
    await this.world.stop()
  }
}

/** As an operator has to: a subscriber must not be ahead of those that may be promoted. */
export async function protectSubscriber({ databases }: World): Promise<void> {
  const slots = databases.nodes.filter(({ role }) => role === 'standby').map(({ slot }) => slot)
  await atLast('the standbys that the subscriber waits for', async () => {
    await databases.primary.set({ synchronized_standby_slots: slots.join(', ') || null })
  })
}

/** A server that has just come back may cut connections once more. */
async function atLast(what: string, work: () => Promise<void>): Promise<void> {
  const tried = async (): Promise<boolean> =>
    await work().then(
      () => true,
      () => false,
    )
  // One attempt at a slot may take half of it.
  await until(what, tried, { timeoutMs: 60_000 })
}

async function startParts(
  world: World,
  { ways: wanted, onProgress }: ConsistencyWorldOptions,
  mutant: Mutant | undefined,
): Promise<Parts> {
  const consumers = new Map<WorldRegion, Service>()
  const inside: RegionConsumer[] = []
  const hasGateways = [...wanted].some((way) => way !== 'tcp')
  if (mutant?.table) {
    for (const region of regions) inside.push(await brokenConsumer(world, region, mutant.table))
  } else {
    await inEach(async (region) => {
      const [own] = world.region(region).nodes
      await makeSlot(world, region === 'iad' || !own ? world.primary : own, slotOf(region))
      if (hasGateways && region === AGENT) return
      consumers.set(region, await startConsumer(world, region))
      onProgress(`consumer of ${region}`)
    })
  }
  const gateways = new Map<WorldRegion, Service>()
  const workers = new Map<WorldRegion, RegionWorker>()
  if (hasGateways) {
    const places = new Map<WorldRegion, Place>()
    await inEach(async (region) => void places.set(region, await placeIn(world, region)))
    await inEach(async (region) => {
      const place = places.get(region)
      if (!place) throw new Error(`There is no place in ${region}`)
      const isAgent = region === AGENT && inside.length === 0
      const service = await (isAgent ? startAgent : startRegionGateway)(world, places, place)
      gateways.set(region, service)
      if (isAgent) consumers.set(region, service)
      onProgress(`${isAgent ? 'agent' : 'gateway'} of ${region}`)
    })
  }
  if (wanted.has('workerd')) {
    await inEach(async (region) => {
      workers.set(region, await startRegionWorker(world, region, gateways))
      onProgress(`worker of ${region}`)
    })
  }
  const redises = new Map(regions.map((region) => [region, redisOf(world, region)] as const))
  const drivers: PgDriver[] = []
  const clients: Client[] = []
  for (const [region, client] of redises) {
    const redis = ioredisCommands(client)
    const placement = { world, region, redis: mutant?.commands?.(redis) ?? redis }
    if (wanted.has('tcp')) {
      const driver = pgDriver()
      drivers.push(driver)
      clients.push(tcpClient(placement, mutant?.driver?.(driver) ?? driver))
    }
    if (wanted.has('gateway')) clients.push(gatewayClient(placement, gateways))
    if (wanted.has('thin')) clients.push(thinClient(placement, gateways))
    const worker = workers.get(region)
    if (worker) clients.push(workerClient(region, worker))
  }
  const [first, ...others] = clients
  if (!first) throw new Error('There is no client: expected a way to reach the SDK')
  return {
    world,
    consumers,
    inside,
    gateways,
    workers,
    redises,
    drivers,
    clients: [first, ...others],
  }
}

async function inEach(start: (region: WorldRegion) => Promise<void>): Promise<void> {
  await Promise.all(regions.map(start))
}

function redisOf(world: World, region: WorldRegion): Redis {
  const redis = new Redis(world.region(region).redis.url(), {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: 1000,
    retryStrategy: () => 50,
  })
  redis.on('error', () => {})
  return redis
}

async function brokenConsumer(
  world: World,
  region: WorldRegion,
  broken: NonNullable<Mutant['table']>,
): Promise<RegionConsumer> {
  const [own] = world.region(region).nodes
  const redis = new Redis(world.region(region).redis.url())
  redis.on('error', () => {})
  return await RegionConsumer.started(world, own ?? world.primary, {
    table: broken(new RedisTable(ioredisCommands(redis))),
    keys: KEY_COLUMNS,
  })
}
