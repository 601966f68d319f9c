/** A consumer in this process, on a region's real Redis, and what can be asked of both. */
import { Redis } from 'ioredis'

import { Consumer, type ConsumerOptions } from '../../../cdc-consumer/consumer.ts'
import type { ConsumerEvent } from '../../../cdc-consumer/events.ts'
import { ClusterNode } from '../../../cdc-consumer/nodes/cluster-node.ts'
import { createSlot, dropSlot } from '../../../cdc-consumer/slots/slots.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import type { World } from '../../../infra/local/world.ts'
import { ioredisCommands } from '../../../src/cache/redis/ioredis.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import type { Mark, TideTable } from '../../../src/cache/tide-table/tide-table.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import type { Region } from '../../../src/topology/regions.ts'

type EventOf<Name extends ConsumerEvent['name']> = Extract<ConsumerEvent, { readonly name: Name }>

/** The publication that consumers read in tests; the world's own feeds its subscribers. */
export const TOLD = 'told'

export interface RegionConsumerOptions extends Partial<Omit<ConsumerOptions, 'table' | 'nodes'>> {
  readonly table?: TideTable
  readonly nodes?: readonly PostgresNode[]
}

export function nodeOptions(node: PostgresNode, from?: Region): ConsumerOptions['nodes'][number] {
  return { name: node.name, role: node.role, url: node.url(from) }
}

let numbered = 0

export class RegionConsumer implements AsyncDisposable {
  readonly table: TideTable
  readonly events: ConsumerEvent[] = []
  readonly consumer: Consumer
  readonly slot: string
  readonly #redis: Redis | undefined
  readonly #source: PostgresNode
  readonly #keepsSlot: boolean
  #running: Promise<void> | undefined

  private constructor(
    world: World,
    source: PostgresNode,
    slot: string,
    keepsSlot: boolean,
    { table, nodes, ...options }: RegionConsumerOptions,
  ) {
    this.slot = slot
    this.#source = source
    this.#keepsSlot = keepsSlot
    if (!table) this.#redis = redisOf(world, source.region)
    this.table = table ?? new RedisTable(ioredisCommands(this.#redis ?? redisOf(world, 'iad')))
    const all = nodes ?? [...new Set([world.primary, source])]
    this.consumer = new Consumer({
      table: this.table,
      nodes: all.map((node) => nodeOptions(node)),
      publication: TOLD,
      source: source === world.primary ? 'home' : 'node',
      slot,
      heartbeatMs: 100,
      appliedMs: 50,
      failoverMs: 200,
      schemaMs: 0,
      onEvent: (event) => this.events.push(event),
      ...options,
      ...(source === world.primary ? {} : { sourceNode: source.name }),
    })
  }

  /** One whose slot is there; it has not been started. */
  static async on(
    world: World,
    source: PostgresNode,
    options: RegionConsumerOptions = {},
  ): Promise<RegionConsumer> {
    numbered += 1
    const slot = options.slot ?? `consumer_${numbered}`
    if (options.slot === undefined) await makeSlot(world, source, slot)
    return new RegionConsumer(world, source, slot, options.slot !== undefined, options)
  }

  static async started(
    world: World,
    source: PostgresNode,
    options: RegionConsumerOptions = {},
  ): Promise<RegionConsumer> {
    const consumer = await RegionConsumer.on(world, source, options)
    consumer.start()
    await consumer.seen('raised')
    return consumer
  }

  start(): void {
    this.#running = this.consumer.run()
  }

  all<Name extends ConsumerEvent['name']>(name: Name): EventOf<Name>[] {
    return this.events.filter((event): event is EventOf<Name> => event.name === name)
  }

  async seen<Name extends ConsumerEvent['name']>(
    name: Name,
    matches: (event: EventOf<Name>) => boolean = () => true,
  ): Promise<EventOf<Name>> {
    return await until(`the consumer to tell of ${name}`, () => this.all(name).find(matches))
  }

  /** Waits until the table claims everything that was committed up to there. */
  async horizon(lsn: Lsn): Promise<void> {
    await until('the horizon', async () => {
      // Its Redis may be away for a while.
      const reading = await this.table.read().catch(() => undefined)
      return reading?.horizon !== undefined && reading.horizon.lsn >= lsn
    })
  }

  async tags(names: readonly string[]): Promise<ReadonlyMap<string, Mark>> {
    return (await this.table.read({ tags: names })).tags
  }

  /** Ends it at once, as a crash would, but for what is on its way already. */
  async stop(): Promise<void> {
    await this.consumer.stop()
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    if (!this.#keepsSlot) await removeSlot(this.#source, this.slot)
    this.#redis?.disconnect()
  }
}

function redisOf(world: World, region: Region): Redis {
  const redis = new Redis(world.region(region).redis.url(), {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
    lazyConnect: false,
  })
  redis.on('error', () => {})
  return redis
}

export async function makeSlot(world: World, node: PostgresNode, slot: string): Promise<void> {
  await using there = new ClusterNode(nodeOptions(node))
  await using primary = new ClusterNode(nodeOptions(world.primary))
  await createSlot({ node: there, slot, primary })
}

/** The server may still have to notice that its reader has gone. */
export async function removeSlot(node: PostgresNode, slot: string): Promise<void> {
  if (!node.server.running) return
  await using there = new ClusterNode(nodeOptions(node))
  await until('the slot to be free', async () => {
    return await dropSlot(there, slot).then(
      () => true,
      () => false,
    )
  })
}
