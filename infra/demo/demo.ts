/**
 * Everything at once, on one machine: the world of three regions, in each a consumer, a gateway and
 * the sample Worker, as they would run in production but for the distance, which is played.
 */
import { setupSql } from '../../cdc-consumer/index.ts'
import { listen, type RedisHttpListener } from '../../redis-http/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import { SCHEMA } from '../../workers/app/schema.ts'
import { type OnProgress, Startup } from '../local/startup.ts'
import { startWorld, type World } from '../local/world.ts'
import { bindingsOf } from './bindings.ts'
import { consumerOf, gatewayOf, PUBLICATION, type Service } from './services.ts'
import { Tables } from './tables.ts'
import { bundleWorker, type RunningWorker, startWorker } from './worker-process.ts'

export interface DemoOptions {
  /** Multiplies the real distances. @default 1 */
  readonly distanceScale?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** What is in one region besides its databases and its Redis. */
export interface RegionParts {
  readonly consumer: Service
  readonly gateway: Service
  readonly redisHttp: RedisHttpListener
  readonly worker: RunningWorker
}

export class Demo implements AsyncDisposable {
  readonly world: World
  readonly tables: Tables
  readonly parts: ReadonlyMap<Region, RegionParts>

  constructor(world: World, tables: Tables, parts: ReadonlyMap<Region, RegionParts>) {
    this.world = world
    this.tables = tables
    this.parts = parts
  }

  part(region: Region): RegionParts {
    const parts = this.parts.get(region)
    if (!parts) throw new Error(`There is no region ${region} in this demo`)
    return parts
  }

  async stop(): Promise<void> {
    this.tables[Symbol.dispose]()
    for (const { redisHttp } of this.parts.values()) await redisHttp.close()
    await this.world.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** Who shows it may ask a region's Redis over HTTP. The world's passwords are no secrets. */
export const REDIS_TOKEN = 'tidegate-tidegate'

export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    // The tables first: afterwards a user called as our schema is would have them made there.
    // The tables first: afterwards a user who is called as our schema is would have them made there.
    schema: [SCHEMA, ...setupSql({ publication: PUBLICATION })].join(';\n'),
    ...options,
  })
  const tables = new Tables(world)
  try {
    return new Demo(world, tables, await startParts(world, tables, options))
  } catch (error) {
    tables[Symbol.dispose]()
    await world.stop()
    throw error
  }
}

async function startParts(
  world: World,
  tables: Tables,
  { onProgress, signal: abort }: DemoOptions,
): Promise<ReadonlyMap<Region, RegionParts>> {
  const startup = new Startup(onProgress, abort)
  const { signal } = startup
  const bundling = startup.part('worker bundle', async () => await bundleWorker(world))
  const gateways = new Map<Region, Service>()
  const inRegions = world.regions.map(async ({ name: region, redis }) => {
    const consumer = await startup.part(`${region} consumer`, async () => {
      const made = await consumerOf(world, region)
      await made.start(signal)
      await tables.firstHistory(region, signal)
      return made
    })
    const gateway = await startup.part(`${region} gateway`, async () => {
      const made = await gatewayOf(world, region, tables.historyFile(region))
      await made.start(signal)
      return made
    })
    gateways.set(region, gateway)
    const port = await world.freePort()
    const redisHttp = await listen({ redisUrl: redis.url(), port, tokens: [REDIS_TOKEN] })
    return { region, consumer, gateway, redisHttp }
  })
  await startup.all([bundling, ...inRegions])
  const bundle = await bundling
  const withWorkers = (await Promise.all(inRegions)).map(async ({ region, ...parts }) => {
    const worker = await startup.part(`${region} worker`, async () => {
      const redis = { url: parts.redisHttp.url, token: REDIS_TOKEN }
      const bindings = bindingsOf(world, region, { gateways, redis })
      return await startWorker(world, { name: `${region} worker`, bundle, bindings, signal })
    })
    return [region, { ...parts, worker }] as const
  })
  await startup.all(withWorkers)
  return new Map(await Promise.all(withWorkers))
}
