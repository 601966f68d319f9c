/** A Redis of a test file's own, and the ways to it; the files that use it need no Postgres. */
import { Redis } from 'ioredis'

import { Network } from '../../../infra/local/network/network.ts'
import { Redises } from '../../../infra/local/redis/redises.ts'
import type { RegionRedis } from '../../../infra/local/redis/region-redis.ts'
import { openSite } from '../../../infra/local/site.ts'
import { Startup } from '../../../infra/local/startup.ts'
import { listen } from '../../../redis-http/listen.ts'
import type { RedisCommands } from '../../../src/cache/redis/commands.ts'
import { redisHttp } from '../../../src/cache/redis/http.ts'
import { ioredisCommands } from '../../../src/cache/redis/ioredis.ts'

export const TOKEN = 'a-token-of-the-tests-alone'

export interface TestRedis extends AsyncDisposable {
  readonly server: RegionRedis
  readonly client: Redis
  readonly http: { readonly url: string }
  readonly ways: { readonly ioredis: RedisCommands; readonly http: RedisCommands }
}

export async function startRedis(): Promise<TestRedis> {
  await using started = new AsyncDisposableStack()
  const site = await openSite()
  started.defer(async () => await site.clear())
  const network = new Network(['fra'], 0)
  started.defer(() => network.close())
  const redises = await Redises.start(['fra'], site, network, new Startup())
  started.defer(async () => await redises.release())
  const server = redises.of('fra')
  const client = new Redis(server.url(), { maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  started.defer(() => client.disconnect())
  const http = await listen({ redisUrl: server.url(), port: 0, tokens: [TOKEN] })
  started.use(http)
  const running = started.move()
  return {
    server,
    client,
    http,
    ways: {
      ioredis: ioredisCommands(client),
      http: redisHttp({ url: http.url, token: TOKEN }),
    },
    [Symbol.asyncDispose]: async () => await running.disposeAsync(),
  }
}
