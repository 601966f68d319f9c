/** Redis over TCP, through an ioredis client that the caller made: for servers. */
import { TidegateError } from '../../errors.ts'
import { type RedisCommands, RedisRefusal } from './commands.ts'

/** What is used of ioredis, `Redis` or `Cluster`: this file imports nothing, so the edge can hold it. */
export interface IoredisClient {
  call(command: string, args: (string | number)[]): Promise<unknown>
  /** The socket, which a `Cluster` does not have. */
  readonly stream?: { cork?(): void; uncork?(): void } | undefined
}

/**
 * The client belongs to the caller, who also closes it. Give it `maxRetriesPerRequest: 1` or less and
 * `enableOfflineQueue: false`, and a Redis that is away fails at once.
 */
export function ioredisCommands(client: IoredisClient): RedisCommands {
  return {
    // A command that is on its way over TCP cannot be taken back: no signal is heeded.
    async send(commands) {
      const { stream } = client
      // Written in one piece: two writes are two journeys through the kernel, and ioredis' own
      // pipeline, which writes once too, costs more than the second command.
      stream?.cork?.()
      const replies = commands.map(
        async (command) => await client.call(command[0], command.slice(1)),
      )
      stream?.uncork?.()
      try {
        return await Promise.all(replies)
      } catch {
        return (await Promise.allSettled(replies)).map(toReply)
      }
    },
  }
}

/** What Redis answered, or that it did not. */
function toReply(settled: PromiseSettledResult<unknown>): unknown {
  if (settled.status === 'fulfilled') return settled.value
  const cause: unknown = settled.reason
  if (cause instanceof Error && cause.name === 'ReplyError') return new RedisRefusal(cause.message)
  throw new TidegateError('STORE_FAILED', 'Redis could not be reached.', { cause, retryable: true })
}
