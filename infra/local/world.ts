/**
 * A whole geography on one machine: a home primary, standbys and subscribers in other regions, a
 * Redis in each, and lines between the regions that are as long as the real ones and can be cut.
 */
import type { Region } from '../../src/topology/regions.ts'
import { ManagedProcess } from './managed-process.ts'
import type { Link } from './network/link.ts'
import { type Address, Network } from './network/network.ts'
import { plan, type WorldOptions } from './options.ts'
import { Databases } from './postgres/databases.ts'
import type { PostgresNode } from './postgres/node.ts'
import { Redises } from './redis/redises.ts'
import type { RegionRedis } from './redis/region-redis.ts'
import { openSite, type Site } from './site.ts'
import { Startup } from './startup.ts'

export interface WorldRegion {
  readonly name: Region
  /** The region's databases, the primary first in the home region. */
  readonly nodes: readonly PostgresNode[]
  readonly redis: RegionRedis
}

export interface WorldProcess {
  readonly name: string
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
}

interface WorldParts {
  readonly home: Region
  readonly regions: readonly Region[]
  readonly site: Site
  readonly network: Network
  readonly databases: Databases
  readonly redises: Redises
}

export class World implements AsyncDisposable {
  readonly home: Region
  readonly regions: readonly WorldRegion[]
  readonly databases: Databases
  readonly #network: Network
  readonly #site: Site
  readonly #redises: Redises
  #stopped: Promise<void> | undefined

  constructor({ home, regions, site, network, databases, redises }: WorldParts) {
    this.home = home
    this.regions = regions.map((name) => ({
      name,
      nodes: databases.nodes.filter(({ region }) => region === name),
      redis: redises.of(name),
    }))
    this.databases = databases
    this.#network = network
    this.#site = site
    this.#redises = redises
  }

  get id(): string {
    return this.#site.id
  }

  /** Holds the data directories and `logs/`; it goes when the world stops. */
  get directory(): string {
    return this.#site.directory
  }

  /** The primary of the newest history. */
  get primary(): PostgresNode {
    return this.databases.primary
  }

  region(name: Region): WorldRegion {
    const region = this.regions.find((each) => each.name === name)
    if (!region) throw new Error(`There is no region ${name} in this world`)
    return region
  }

  link(a: Region, b: Region): Link {
    return this.#network.link(a, b)
  }

  /** Makes a server that listens on `port` in `region` reachable from the others, over the links. */
  async expose(region: Region, port: number): Promise<Address> {
    return await this.#network.expose(region, port)
  }

  /** A port on which nobody listens and which no other world takes. */
  async freePort(): Promise<number> {
    return await this.#site.ports.next()
  }

  /** A program that ends with the world and can be stopped, frozen or killed before. Not yet started. */
  process({ name, command, args = [], env = {} }: WorldProcess): ManagedProcess {
    return new ManagedProcess({
      name,
      command,
      args,
      env: { ...this.#site.env, ...env },
      logFile: this.#site.logFile(name),
    })
  }

  /** Ends every process and removes the directory. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    await this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(): Promise<void> {
    await this.#redises.release()
    await this.#site.clear()
    // After their servers have ended: a frozen one would not say goodbye.
    await this.databases.disconnect()
    this.#network.close()
  }
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const { regions, nodes, distanceScale } = plan(options)
  const startup = new Startup(options.onProgress, options.signal)
  startup.signal.throwIfAborted()

  const site = await openSite()
  const network = new Network(regions, distanceScale)
  const starting = [
    Databases.start({ site, network, nodes, schema: options.schema ?? '', startup }),
    Redises.start(regions, site, network, startup),
  ] as const
  try {
    await startup.all(starting)
    const [databases, redises] = await Promise.all(starting)
    return new World({ home: options.home, regions, site, network, databases, redises })
  } catch (error) {
    network.close()
    await site.clear()
    throw error
  }
}
