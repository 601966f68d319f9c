/** The world that sessions run in: three regions, a consumer and a Redis in two, a client in each. */
import { Redis } from 'ioredis'
import { types } from 'pg'

import type { ManagedProcess } from '../../infra/local/managed-process.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { ioredisCommands, RedisTable, RegionTides } from '../../src/cache/index.ts'
import { createTidegate, type Tidegate } from '../../src/client/tidegate.ts'
import { type PgDriver, pgDriver } from '../../src/drivers/node/pg.ts'
import { consumerProcess } from '../support/consumer/consumer-process.ts'
import { makeSlot, RegionConsumer, removeSlot } from '../support/consumer/region-consumer.ts'
import { withSetup } from '../support/consumer/schema.ts'
import { nodeIn } from '../support/node-in.ts'
import type { History } from './history.ts'
import type { Mutant } from './mutants.ts'

const regions = ['fra', 'syd'] as const
type ReplicaRegion = (typeof regions)[number]

const SLOT = 'tidegate'

type Consumers = Readonly<Record<ReplicaRegion, ManagedProcess>>

export interface ConsistencyWorldOptions {
  readonly registers: number
  readonly mutant: Mutant | undefined
  readonly onProgress: (line: string) => void
}

export class ConsistencyWorld implements AsyncDisposable {
  readonly world: World
  readonly standby: PostgresNode
  readonly subscriber: PostgresNode
  /** `undefined` where they run in this process, to be broken. */
  readonly consumers: Consumers | undefined
  readonly clients: readonly [Tidegate, ...Tidegate[]]
  readonly #redises: readonly Redis[]
  readonly #drivers: readonly PgDriver[]
  readonly #mutant: Mutant | undefined
  readonly #inside: readonly RegionConsumer[]

  private constructor(
    world: World,
    consumers: Consumers | undefined,
    inside: readonly RegionConsumer[],
    mutant: Mutant | undefined,
  ) {
    this.#mutant = mutant
    this.#inside = inside
    this.world = world
    this.standby = nodeIn(world, 'fra', 'standby')
    this.subscriber = nodeIn(world, 'syd', 'subscriber')
    this.consumers = consumers
    this.#redises = regions.map((region) => {
      const redis = new Redis(world.region(region).redis.url(), {
        maxRetriesPerRequest: 1,
        enableOfflineQueue: false,
        commandTimeout: 1000,
        retryStrategy: () => 50,
      })
      redis.on('error', () => {})
      return redis
    })
    const [fra, syd] = this.#redises
    this.#drivers = [pgDriver(), pgDriver(), pgDriver()]
    this.clients = [
      this.#client('fra', 0, fra),
      this.#client('syd', 1, syd),
      this.#client('iad', 2, undefined),
    ]
  }

  static async start({
    registers,
    mutant,
    onProgress,
  }: ConsistencyWorldOptions): Promise<ConsistencyWorld> {
    const world = await startWorld({
      home: 'iad',
      regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
      schema: withSetup(`
        create table register (key int primary key, held int[] not null default '{}');
        insert into register (key) select generate_series(0, ${registers - 1})`),
      distanceScale: 0.05,
      onProgress: ({ part, state }) => state === 'ready' && onProgress(part),
    })
    try {
      const { table } = mutant ?? {}
      if (table)
        return new ConsistencyWorld(world, undefined, await inProcess(world, table), mutant)
      const consumers = await Promise.all(
        regions.map(async (region) => {
          const source = sourceIn(world, region)
          await makeSlot(world, source, SLOT)
          const name = `consumer-${region}`
          const consumer = await consumerProcess(world, { name, source, slot: SLOT })
          consumer.process.spawn()
          await consumer.ready()
          onProgress(`consumer of ${region}`)
          return consumer.process
        }),
      )
      const [fra, syd] = consumers
      if (!fra || !syd) throw new Error('a consumer is missing')
      return new ConsistencyWorld(world, { fra, syd }, [], mutant)
    } catch (error) {
      await world.stop()
      throw error
    }
  }

  #client(region: ReplicaRegion | 'iad', index: number, redis: Redis | undefined): Tidegate {
    const driver = this.#drivers[index]
    if (!driver) throw new Error('there is a driver for each client')
    const place = (node: PostgresNode): { name: string; region: string; url: string } => ({
      name: node.name,
      region: node.region,
      url: node.url(region),
    })
    return createTidegate(
      {
        primary: place(this.world.primary),
        replicas: [place(this.standby), { ...place(this.subscriber), role: 'subscriber' }],
        region,
        timeoutMs: 3000,
        tides: redis && new RegionTides({ redis: ioredisCommands(redis), region }),
      },
      { driver: this.#mutant?.driver?.(driver) ?? driver, types },
    )
  }

  readonly dropSlot = async (region: ReplicaRegion): Promise<void> => {
    await removeSlot(sourceIn(this.world, region), SLOT)
  }

  readonly makeSlot = async (region: ReplicaRegion): Promise<void> => {
    await makeSlot(this.world, sourceIn(this.world, region), SLOT)
  }

  async final(): Promise<History['final']> {
    const rows = await this.world.primary.query<{ key: number; held: number[] }>(
      'select key, held from register',
    )
    return new Map(rows.map(({ key, held }) => [key, held]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const consumer of this.#inside) await consumer[Symbol.asyncDispose]()
    for (const redis of this.#redises) redis.disconnect()
    await Promise.all(this.#drivers.map(async (driver) => await driver.end()))
    await this.world.stop()
  }
}

function sourceIn(world: World, region: ReplicaRegion): PostgresNode {
  return nodeIn(world, region, region === 'fra' ? 'standby' : 'subscriber')
}

async function inProcess(
  world: World,
  broken: NonNullable<Mutant['table']>,
): Promise<RegionConsumer[]> {
  return await Promise.all(
    regions.map(async (region) => {
      const redis = new Redis(world.region(region).redis.url())
      const table = broken(new RedisTable(ioredisCommands(redis)))
      const consumer = await RegionConsumer.started(world, sourceIn(world, region), { table })
      return consumer
    }),
  )
}
