/** The endpoint as a server of its own, with its own connection to Redis. */
import { once } from 'node:events'

import { createAdaptorServer } from '@hono/node-server'
import { Redis } from 'ioredis'

import { redisHttpServer, type RedisHttpServerOptions } from './server.ts'

export interface ListenOptions extends Omit<RedisHttpServerOptions, 'redis'> {
  readonly redisUrl: string
  readonly port: number
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
}

export interface RedisHttpListener extends AsyncDisposable {
  readonly url: string
  close(): Promise<void>
}

export async function listen({
  redisUrl,
  port,
  host = '127.0.0.1',
  ...options
}: ListenOptions): Promise<RedisHttpListener> {
  // While Redis is away callers are told so at once: they have another way.
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0 })
  // Each command's own rejection tells of it.
  redis.on('error', () => {})
  const server = createAdaptorServer({ fetch: redisHttpServer({ redis, ...options }).fetch })
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    redis.disconnect()
    throw error
  }
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port

  async function close(): Promise<void> {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
    redis.disconnect()
  }

  return { url: `http://${host}:${bound}`, close, [Symbol.asyncDispose]: close }
}
