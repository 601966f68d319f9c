/** Whether the gateway is of use: it runs, is not about to end, and its databases can be reached. */
import { connect } from 'node:net'

import type { NodeConfig } from '../nodes.ts'

const PATIENCE_MS = 2_000

export interface HealthReport {
  readonly status: 'ready' | 'not ready'
  /** What keeps it from being ready, in words. */
  readonly reasons: readonly string[]
}

export class Health {
  readonly #nodes: readonly NodeConfig[]
  #stopping = false
  #asking: Promise<HealthReport> | undefined

  constructor(nodes: readonly NodeConfig[]) {
    this.#nodes = nodes
  }

  /** From now on nothing new should come. */
  stop(): void {
    this.#stopping = true
  }

  async report(): Promise<HealthReport> {
    // However many ask, each database is tried once.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return await this.#asking
  }

  async #ask(): Promise<HealthReport> {
    const tries = await Promise.all(this.#nodes.map(isReachable))
    const unreachable = this.#nodes.filter((_, index) => !tries[index])
    const reasons = [
      ...(this.#stopping ? ['the gateway is stopping'] : []),
      ...unreachable.map(({ name }) => `${name} cannot be reached`),
    ]
    // With several nodes, one that answers is a reason to stay.
    const ready = !this.#stopping && unreachable.length < this.#nodes.length
    return { status: ready ? 'ready' : 'not ready', reasons }
  }
}

/** That it listens is all that can be known without a credential. */
async function isReachable({ host, port }: NodeConfig): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect(port, host)
    const end = (reached: boolean) => (): void => {
      resolve(reached)
      socket.destroy()
    }
    socket.setTimeout(PATIENCE_MS, end(false))
    socket.once('connect', end(true))
    socket.once('error', end(false))
  })
}
