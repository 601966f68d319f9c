/**
 * A script that Redis runs atomically: by its hash, and whole where that Redis does not have it yet.
 */
import { acceptReply, type RedisCommands, RedisRefusal } from './commands.ts'

export class RedisScript {
  readonly #source: string
  /** The text and never its promise: at the edge no request may wait for another's. */
  #sha1: string | undefined

  constructor(source: string) {
    this.#source = source
  }

  async run(
    redis: RedisCommands,
    key: string,
    args: readonly (string | number)[],
  ): Promise<unknown> {
    this.#sha1 ??= await sha1(this.#source)
    const [reply] = await redis.send([['EVALSHA', this.#sha1, 1, key, ...args]])
    if (!(reply instanceof RedisRefusal) || reply.kind !== 'NOSCRIPT') return acceptReply(reply)
    const [whole] = await redis.send([['EVAL', this.#source, 1, key, ...args]])
    return acceptReply(whole)
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
