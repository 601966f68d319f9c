/**
 * All that is asked of a Redis, whichever way it is reached: over TCP from servers, over HTTP from the
 * edge. The commands of one call go out together and cost one round trip.
 */
import { TidegateError } from '../../errors.ts'

export type RedisCommand = readonly [name: string, ...args: (string | number)[]]

export interface SendOptions {
  readonly signal?: AbortSignal | undefined
}

export interface RedisCommands {
  /**
   * Runs them in order, not atomically, and gives their replies in order; the reply of one that Redis
   * refused is a `RedisRefusal`. Rejects if Redis cannot be reached or, where it can be, is aborted.
   */
  send(commands: readonly RedisCommand[], options?: SendOptions): Promise<readonly unknown[]>
}

/** What Redis answered instead of a reply. Its message may hold keys: it is for programs only. */
export class RedisRefusal {
  /** The first word, as `NOSCRIPT` or `ERR`. */
  readonly kind: string
  readonly message: string

  constructor(message: string) {
    this.message = message
    this.kind = /^[A-Z]+/.exec(message)?.[0] ?? 'ERR'
  }
}

/** One command's reply. */
export async function sendOne(
  redis: RedisCommands,
  command: RedisCommand,
  options?: SendOptions,
): Promise<unknown> {
  const [reply] = await redis.send([command], options)
  return acceptReply(reply)
}

/** The reply itself, or the refusal as an error. */
export function acceptReply(reply: unknown): unknown {
  if (!(reply instanceof RedisRefusal)) return reply
  throw new TidegateError('STORE_FAILED', `Redis refused a command (${reply.kind}).`)
}

/** A reply in another form than the command has: not Redis, or not the Redis that we know. */
export function unexpectedReply(): TidegateError {
  return new TidegateError('STORE_FAILED', 'Redis answered in an unexpected form.')
}

/** The reply to HMGET and MGET. */
export function toTexts(reply: unknown): readonly (string | null)[] {
  if (!isTexts(reply)) throw unexpectedReply()
  return reply
}

function isTexts(reply: unknown): reply is readonly (string | null)[] {
  return Array.isArray(reply) && reply.every((text) => typeof text === 'string' || text === null)
}
