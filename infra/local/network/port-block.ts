import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

const FIRST = 12_000
// The kernel takes the near ends of outgoing connections from above: a server that was killed would
// not be sure to find its port free when it comes back.
const LAST = 32_000
const BLOCK = 50

export interface PortBlock {
  /** The next port of the block on which nobody listens. */
  next(): Promise<number>
  release(): void
}

/**
 * Ports for one world. To listen on a block's first port is to own the block, so that worlds which
 * start at the same time never take a port from each other.
 */
export async function reservePorts(): Promise<PortBlock> {
  const blocks = (LAST - FIRST) / BLOCK
  const start = Math.floor(Math.random() * blocks)
  for (let step = 0; step < blocks; step++) {
    const first = FIRST + ((start + step) % blocks) * BLOCK
    const guard = await listen(first)
    if (guard) return block(first, guard)
  }
  throw new Error(`All ports from ${FIRST} to ${LAST} are taken`)
}

function block(first: number, guard: Server): PortBlock {
  let last = first
  return {
    async next() {
      while (++last < first + BLOCK) {
        const port = last
        const server = await listen(port)
        server?.close()
        if (server) return port
      }
      throw new Error(`A world has at most ${BLOCK - 1} ports, and they are used up`)
    },
    release: () => void guard.close(),
  }
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server.unref()
  } catch {
    return undefined
  }
}
