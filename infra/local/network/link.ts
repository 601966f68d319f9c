/** The line between two regions: its distance, its faults, and the connections over it. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import type { Region } from '../../../src/topology/regions.ts'
import { type Conditions, type Lane, NO_DELAY } from './conditions.ts'
import { DelayLine } from './delay-line.ts'

export interface CutOptions {
  /**
   * `reset`: connections break and new ones are refused, as with a router that answers.
   * `stall`: nothing arrives any more and nobody is told, as with one that does not.
   * @default 'reset'
   */
  readonly how?: 'reset' | 'stall'
  /** Only what travels from this region. @default both directions */
  readonly from?: Region
  /** Cut in mid-stream, after so many more bytes. @default 0, at once */
  readonly afterBytes?: number
}

export class Link {
  readonly regions: readonly [Region, Region]
  readonly #directions: ReadonlyMap<Region, Direction>
  readonly #servers = new Set<Server>()
  readonly #connections = new Set<Connection>()

  constructor(a: Region, b: Region, conditions: Partial<Conditions> = {}) {
    this.regions = [a, b]
    const cut = (how: 'reset' | 'stall', from: Region): void => this.cut({ how, from })
    this.#directions = new Map(
      [a, b].map((from) => [
        from,
        new Direction({ ...NO_DELAY, ...conditions }, (how) => cut(how, from)),
      ]),
    )
  }

  /** Changes both directions, or only what travels `from` one of the regions. */
  set(conditions: Partial<Conditions>, { from }: { readonly from?: Region } = {}): void {
    for (const direction of this.#select(from)) Object.assign(direction, conditions)
  }

  cut({ how = 'reset', from, afterBytes = 0 }: CutOptions = {}): void {
    const directions = this.#select(from)
    if (afterBytes > 0) {
      for (const direction of directions) direction.fuse = { bytesLeft: afterBytes, how }
      return
    }
    for (const direction of directions) {
      direction.stalled = how === 'stall'
      direction.broken = how === 'reset'
      direction.fuse = undefined
    }
    // A connection cannot live in one direction only.
    if (how === 'reset') for (const connection of this.#connections) connection.reset()
  }

  heal(): void {
    for (const direction of this.#directions.values()) {
      direction.stalled = false
      direction.broken = false
      direction.fuse = undefined
    }
    for (const connection of this.#connections) connection.resume()
  }

  /** Opens a port which, from region `from`, leads over this link to `port` on the other side. */
  async open(from: Region, port: number): Promise<number> {
    const [there, back] = [this.#direction(from), this.#direction(this.#other(from))]
    // Half-open sockets carry a protocol's last answer after the question has ended.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      if (there.broken || back.broken) {
        near.resetAndDestroy()
        return
      }
      const connection = new Connection(near, port, there, back)
      this.#connections.add(connection)
      void connection.closed.then(() => this.#connections.delete(connection))
    })
    this.#servers.add(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    server.unref()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server's address is one
    return (server.address() as AddressInfo).port
  }

  close(): void {
    for (const server of this.#servers) server.close()
    for (const connection of this.#connections) connection.reset()
  }

  #select(from: Region | undefined): Direction[] {
    return from === undefined ? [...this.#directions.values()] : [this.#direction(from)]
  }

  #direction(from: Region): Direction {
    const direction = this.#directions.get(from)
    if (!direction) throw new Error(`${from} is not an end of the link ${this.regions.join('–')}`)
    return direction
  }

  #other(from: Region): Region {
    return this.regions[0] === from ? this.regions[1] : this.regions[0]
  }
}

class Direction implements Lane {
  latencyMs: number
  jitterMs: number
  bytesPerSecond: number
  stalled = false
  broken = false
  fuse: { bytesLeft: number; how: 'reset' | 'stall' } | undefined
  readonly #blow: (how: 'reset' | 'stall') => void

  constructor(conditions: Conditions, blow: (how: 'reset' | 'stall') => void) {
    this.latencyMs = conditions.latencyMs
    this.jitterMs = conditions.jitterMs
    this.bytesPerSecond = conditions.bytesPerSecond
    this.#blow = blow
  }

  admit(size: number): number {
    const fuse = this.fuse
    if (!fuse) return size
    const admitted = Math.min(size, fuse.bytesLeft)
    fuse.bytesLeft -= admitted
    if (fuse.bytesLeft === 0) {
      // Not before the last bytes have been handed to the kernel.
      setImmediate(() => {
        if (this.fuse === fuse) this.#blow(fuse.how)
      })
    }
    return admitted
  }
}

class Connection {
  readonly closed: Promise<unknown>
  readonly #near: Socket
  readonly #far: Socket
  readonly #lines: readonly DelayLine[]

  constructor(near: Socket, port: number, there: Lane, back: Lane) {
    this.#near = near
    this.#far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const opensAt = performance.now() + there.latencyMs + back.latencyMs
    this.#lines = [
      new DelayLine(near, this.#far, there, opensAt),
      new DelayLine(this.#far, near, back, 0),
    ]
    // Nobody measures how fast a failure travels: it reaches the other side at once.
    near.on('error', () => this.#far.resetAndDestroy())
    this.#far.on('error', () => near.resetAndDestroy())
    this.closed = Promise.all([near, this.#far].map(isClosed))
  }

  resume(): void {
    for (const line of this.#lines) line.deliver()
  }

  reset(): void {
    this.#near.resetAndDestroy()
    this.#far.resetAndDestroy()
  }
}

async function isClosed(socket: Socket): Promise<void> {
  // Not `once` of node:events, which rejects on an error.
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}
