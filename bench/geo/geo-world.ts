/**
 * Where it is measured: home in Virginia, a standby in Frankfurt and one in Sydney, and in each of the
 * three a gateway, a consumer and a Redis behind HTTP. Standbys, because a subscriber cannot be asked
 * for the positions that `poll-lsn` goes by.
 */
import { setupSql } from '../../cdc-consumer/index.ts'
import { consumerOf, gatewayOf, PUBLICATION, type Service } from '../../infra/demo/services.ts'
import { Tables } from '../../infra/demo/tables.ts'
import { Link } from '../../infra/local/network/link.ts'
import type { Address } from '../../infra/local/network/network.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { listen, type RedisHttpListener } from '../../redis-http/index.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Edge } from './strategy.ts'

const home = 'iad'
export const away = ['fra', 'syd'] as const
export const regions: readonly Region[] = [home, ...away]

const REDIS_TOKEN = 'the-token-of-this-benchmark'

export interface GeoWorldOptions {
  /** Rows of the one table. */
  readonly items: number
  readonly distanceScale: number
  /** From an edge to its own region and back. */
  readonly edgeMs: number
  readonly onProgress: (line: string) => void
}

interface Parts {
  readonly gateway: Service
  readonly redisHttp: RedisHttpListener
  readonly redisAddress: Address
}

/** What one app at an edge asks of the primary, beside its writes. */
export class HomeRequests {
  count = 0
}

export class GeoWorld implements AsyncDisposable {
  readonly world: World
  readonly #tables: Tables
  readonly #parts: ReadonlyMap<Region, Parts>
  readonly #hops: ReadonlyMap<Region, Link>

  private constructor(
    world: World,
    tables: Tables,
    parts: ReadonlyMap<Region, Parts>,
    edgeMs: number,
  ) {
    this.world = world
    this.#tables = tables
    this.#parts = parts
    // One way is all that a link to oneself has: there and back it is taken twice.
    this.#hops = new Map(
      regions.map((region) => [region, new Link(region, region, { latencyMs: edgeMs / 2 })]),
    )
  }

  static async start(options: GeoWorldOptions): Promise<GeoWorld> {
    const { items, distanceScale, edgeMs, onProgress } = options
    const world = await startWorld({
      home,
      regions: Object.fromEntries(away.map((region) => [region, { nodes: ['standby'] as const }])),
      schema: [
        // Room in each page, so that a new version of a row needs no new entry in the index.
        `create table item (id int primary key, version int not null default 0)
           with (fillfactor = 50)`,
        `insert into item (id) select generate_series(0, ${items - 1})`,
        ...setupSql({ publication: PUBLICATION }),
      ].join(';\n'),
      distanceScale,
      onProgress: ({ part, state }) => state === 'ready' && onProgress(part),
    })
    const tables = new Tables(world)
    try {
      const parts = await Promise.all(
        regions.map(async (region) => {
          const started = [region, await startParts(world, tables, region)] as const
          onProgress(`${region} services`)
          return started
        }),
      )
      return new GeoWorld(world, tables, new Map(parts), edgeMs)
    } catch (error) {
      tables[Symbol.dispose]()
      await world.stop()
      throw error
    }
  }

  get standbys(): readonly PostgresNode[] {
    return this.world.databases.nodes.filter((node) => node !== this.world.primary)
  }

  /** A place to run an app, with connections that nobody else uses. */
  async edge(region: Region, requests: HomeRequests): Promise<Edge> {
    const { nodes } = this.world.databases
    const targets = await Promise.all(
      nodes.map(async (node) => {
        const port = await this.#open(region, this.#of(node.region).gateway.address)
        return {
          name: node.name,
          role: node.role,
          region: node.region,
          // As its gateway knows it.
          url: node.url(),
          endpoint: `http://127.0.0.1:${port}/sql`,
        }
      }),
    )
    const primary = targets.find(({ role }) => role === 'primary')
    const near = targets.find((target) => target.region === region)
    if (!primary || !near) throw new Error(`There is no node for ${region}`)
    const redisPort = await this.#open(region, this.#of(region).redisAddress)
    return {
      region,
      home: primary,
      near,
      replicas: targets.filter((target) => target !== primary),
      redis: { url: `http://127.0.0.1:${redisPort}`, token: REDIS_TOKEN },
      fetch: async (url, init) => {
        if (url === primary.endpoint) requests.count++
        return await fetch(url, init)
      },
    }
  }

  /** A port that leads over the hop to the region, and on to wherever the service is. */
  async #open(region: Region, address: Address): Promise<number> {
    const hop = this.#hops.get(region)
    if (!hop) throw new Error(`There is no edge in ${region}`)
    return await hop.open(region, address.port(region))
  }

  #of(region: Region): Parts {
    const parts = this.#parts.get(region)
    if (!parts) throw new Error(`There is no gateway in ${region}`)
    return parts
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const hop of this.#hops.values()) hop.close()
    for (const { redisHttp } of this.#parts.values()) await redisHttp.close()
    this.#tables[Symbol.dispose]()
    await this.world.stop()
  }
}

async function startParts(world: World, tables: Tables, region: Region): Promise<Parts> {
  const consumer = await consumerOf(world, region)
  await consumer.start()
  await tables.firstHistory(region)
  const gateway = await gatewayOf(world, region, tables.historyFile(region))
  await gateway.start()
  const port = await world.freePort()
  const redisUrl = world.region(region).redis.url()
  const redisHttp = await listen({ redisUrl, port, tokens: [REDIS_TOKEN] })
  return { gateway, redisHttp, redisAddress: await world.expose(region, port) }
}
