/** A region's Redis, as the commands ask it. */
import { Redis } from 'ioredis'

import { ioredisCommands } from '../../src/cache/redis/ioredis.ts'
import { RedisTable } from '../../src/cache/tide-table/redis-table.ts'
import type { ConfiguredRegion } from '../config/config.ts'

export class RegionRedis implements Disposable {
  readonly region: ConfiguredRegion
  readonly table: RedisTable
  readonly redis: Redis

  constructor(region: ConfiguredRegion, table: string) {
    this.region = region
    const url = region.redis?.read() ?? ''
    this.redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: 5_000,
      commandTimeout: 5_000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    // Each command that fails tells of it.
    this.redis.on('error', () => {})
    this.table = new RedisTable(ioredisCommands(this.redis), { name: table })
  }

  /** What INFO tells, as it is. */
  async info(): Promise<ReadonlyMap<string, string>> {
    const text = await this.redis.info()
    return new Map(
      text.split(/\r?\n/).flatMap((line): [string, string][] => {
        const at = line.indexOf(':')
        return at <= 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
      }),
    )
  }

  async roundTripMs(): Promise<number> {
    let least = Infinity
    for (let turn = 0; turn < 4; turn++) {
      const begun = performance.now()
      await this.redis.ping()
      least = Math.min(least, performance.now() - begun)
    }
    return least
  }

  [Symbol.dispose](): void {
    this.redis.disconnect()
  }
}
