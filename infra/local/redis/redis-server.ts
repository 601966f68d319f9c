/** A region's Redis: a server of the world's own, in memory only. */
import { Redis } from 'ioredis'

import type { Region } from '../../../src/topology/regions.ts'
import { ManagedProcess } from '../managed-process.ts'
import type { Address } from '../network/network.ts'
import type { RegionRedis } from './region-redis.ts'

export interface RedisServerOptions {
  readonly name: string
  readonly command: string
  readonly directory: string
  readonly logFile: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly address: Address
}

export class RedisServer extends ManagedProcess implements RegionRedis {
  readonly #address: Address

  constructor({ name, command, directory, logFile, env, address }: RedisServerOptions) {
    const settings = {
      port: String(address.port()),
      bind: '127.0.0.1',
      dir: directory,
      save: '',
      appendonly: 'no',
      daemonize: 'no',
      // A title is written over the environment, by which the janitor knows the process.
      'set-proc-title': 'no',
    }
    super({
      name,
      command,
      args: Object.entries(settings).flatMap(([setting, value]) => [`--${setting}`, value]),
      env,
      logFile,
    })
    this.#address = address
  }

  url(from?: Region): string {
    return `redis://127.0.0.1:${this.#address.port(from)}`
  }

  async start(abort?: AbortSignal): Promise<void> {
    abort?.throwIfAborted()
    this.spawn()
    await this.ready(async () => await this.#answers(), abort)
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async flush(): Promise<void> {
    await withRedis(this.url(), async (redis) => await redis.flushall())
  }

  async #answers(): Promise<boolean> {
    return await withRedis(this.url(), async (redis) => (await redis.ping()) === 'PONG').catch(
      () => false,
    )
  }
}

/** A connection for one errand, which fails rather than retries. */
export async function withRedis<T>(url: string, errand: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 5000 })
  // The errand's own rejection tells of it.
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await errand(redis)
  } finally {
    redis.disconnect()
  }
}
