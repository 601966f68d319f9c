/**
 * A region's share of a Redis that somebody else runs (`REDIS_URL`): one of its numbered databases,
 * claimed for as long as the world lives. Only databases that are empty, or that an earlier world
 * left behind, are ever claimed: nobody's data is flushed.
 */
import type { Region } from '../../../src/topology/regions.ts'
import { withRedis } from './redis-server.ts'
import type { RegionRedis } from './region-redis.ts'

const CLAIM = 'tidegate:local-world'
const LEASE = 'tidegate:local-world:lease'
const LEASE_MS = 30_000

const claimDatabase = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
if redis.call('DBSIZE') > 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  redis.call('FLUSHDB')
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1`

export class ExternalRedis implements RegionRedis {
  readonly #url: string
  readonly #world: string
  readonly #renewal: NodeJS.Timeout

  private constructor(url: string, world: string) {
    this.#url = url
    this.#world = world
    this.#renewal = setInterval(() => void this.#mark().catch(() => {}), LEASE_MS / 3)
    this.#renewal.unref()
  }

  /** Claims the first database that is free. */
  static async claim(server: string, world: string): Promise<ExternalRedis> {
    const count = await databases(server)
    for (let database = 0; database < count; database++) {
      const url = new URL(server)
      url.pathname = `/${database}`
      const claimed = await withRedis(
        url.href,
        async (redis) => await redis.eval(claimDatabase, 2, CLAIM, LEASE, world, LEASE_MS),
      )
      if (claimed === 1) return new ExternalRedis(url.href, world)
    }
    throw new Error('REDIS_URL: none of its databases is empty. The world needs one per region.')
  }

  /** It is on this machine's side of every link: the world does not own the way to it. */
  url(_from?: Region): string {
    return this.#url
  }

  async flush(): Promise<void> {
    await withRedis(this.#url, async (redis) => await redis.flushdb())
    await this.#mark()
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal)
    await withRedis(this.#url, async (redis) => await redis.flushdb())
  }

  async #mark(): Promise<void> {
    await withRedis(this.#url, async (redis) => {
      await redis.set(CLAIM, this.#world)
      await redis.set(LEASE, this.#world, 'PX', LEASE_MS)
    })
  }

  restart(): Promise<void> {
    throw notOurs('restart')
  }

  kill(): Promise<void> {
    throw notOurs('kill')
  }

  start(): Promise<void> {
    throw notOurs('start')
  }

  freeze(): void {
    throw notOurs('freeze')
  }

  thaw(): void {
    throw notOurs('thaw')
  }
}

async function databases(server: string): Promise<number> {
  try {
    return await withRedis(server, async (redis) => {
      const answer = await redis.config('GET', 'databases')
      return Number(Array.isArray(answer) ? answer[1] : undefined)
    })
  } catch (cause) {
    // The URL may hold a password.
    throw new Error(`REDIS_URL: no Redis answers at ${new URL(server).host}`, { cause })
  }
}

function notOurs(what: string): Error {
  return new Error(
    `Cannot ${what} the Redis of REDIS_URL: it is not this world's own. Unset REDIS_URL.`,
  )
}
