/** One Redis per region, from whichever source this machine has. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Region } from '../../../src/topology/regions.ts'
import type { Network } from '../network/network.ts'
import type { Site } from '../site.ts'
import type { Startup } from '../startup.ts'
import { ExternalRedis } from './external-redis.ts'
import { findRedis } from './find-redis.ts'
import { RedisServer } from './redis-server.ts'
import type { RegionRedis } from './region-redis.ts'

export class Redises {
  readonly #byRegion: ReadonlyMap<Region, RegionRedis>

  private constructor(byRegion: ReadonlyMap<Region, RegionRedis>) {
    this.#byRegion = byRegion
  }

  static async start(
    regions: readonly Region[],
    site: Site,
    network: Network,
    startup: Startup,
  ): Promise<Redises> {
    const source = await startup.part('redis', async () => {
      return await findRedis(process.env, (line) => startup.note('redis', line))
    })
    const started = new Map<Region, RegionRedis>()

    async function start(region: Region): Promise<RegionRedis> {
      if (source.kind === 'external') return await ExternalRedis.claim(source.url, site.id)
      const name = `${region}-redis`
      const directory = join(site.directory, name)
      await mkdir(directory)
      const server = new RedisServer({
        name,
        command: source.command,
        directory,
        logFile: site.logFile(name),
        env: site.env,
        address: await network.expose(region, await site.ports.next()),
      })
      await server.start(startup.signal)
      return server
    }

    await startup.all(
      regions.map(async (region) => {
        await startup.part(`${region} redis`, async () => started.set(region, await start(region)))
      }),
    )
    return new Redises(started)
  }

  of(region: Region): RegionRedis {
    const redis = this.#byRegion.get(region)
    if (!redis) throw new Error(`There is no region ${region} in this world`)
    return redis
  }

  /** Gives back what is not the world's own. */
  async release(): Promise<void> {
    for (const redis of this.#byRegion.values()) {
      if (redis instanceof ExternalRedis) await redis.release()
    }
  }
}
