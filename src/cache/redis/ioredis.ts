/** Redis over TCP, through an ioredis client that the caller made: for servers. */
import { TidegateError } from '../../errors.ts'
import { type RedisCommand, type RedisCommands, RedisRefusal } from './commands.ts'

/** What is used of ioredis, `Redis` or `Cluster`: this file imports nothing, so the edge can hold it. */
export interface IoredisClient {
  call(command: string, args: (string | number)[]): Promise<unknown>
}

/**
 * The client belongs to the caller, who also closes it. Give it `maxRetriesPerRequest: 1` or less and
 * `enableOfflineQueue: false`, and a Redis that is away fails at once.
 */
export function ioredisCommands(client: IoredisClient): RedisCommands {
  async function reply([name, ...args]: RedisCommand): Promise<unknown> {
    try {
      return await client.call(name, args)
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ReplyError') {
        return new RedisRefusal(cause.message)
      }
      throw new TidegateError('STORE_FAILED', 'Redis could not be reached.', {
        cause,
        retryable: true,
      })
    }
  }

  return {
    async send(commands, { signal } = {}) {
      signal?.throwIfAborted()
      // Written one after the other without waiting, they travel together.
      return await Promise.all(commands.map(reply))
    },
  }
}
