/**
 * Commands for Redis that arise in one turn of the event loop, written in one piece. With many requests
 * at a time the way through the kernel costs more than what Redis does for one of them.
 */
import type { IoredisClient } from '../../src/cache/index.ts'

/** @param client as `ioredisCommands` takes it, with the socket that is its own at the moment */
export function batchWrites(client: IoredisClient): IoredisClient {
  let waiting = false
  const cork = (): void => {
    if (waiting) return
    waiting = true
    const { stream } = client
    stream?.cork?.()
    setImmediate(() => {
      waiting = false
      // Of a connection that was lost meanwhile nothing waits any more.
      stream?.uncork?.()
    })
  }
  return {
    call: async (command, args) => await client.call(command, args),
    stream: { cork },
  }
}
