/** Whether a node has what a request needs: waited for before the query, and judged by its answer. */
import type { ReadAnswer } from '../../src/drivers/driver.ts'
import { BEHIND_STATUS } from '../../src/drivers/gateway-headers.ts'
import { LSN_ZERO, type Lsn, parseLsn } from '../../src/tide/lsn.ts'
import type { Position } from '../../src/tide/position.ts'
import type { NodeConfig } from '../nodes.ts'
import type { Backend } from '../postgres/backend.ts'
import type { Pool } from '../postgres/pool.ts'
import { bare, KeptResult } from '../postgres/statement.ts'
import { Refusal } from '../protocol/refusal.ts'
import { type CurrentHistory, hasReached } from './histories.ts'
import { type Gauge, Poller } from './poller.ts'

/** Where to ask, and with whose right. */
export interface Place {
  readonly node: NodeConfig
  readonly database: string
  readonly pool: Pool
  readonly connect: () => Promise<Backend>
}

const ask = {
  subscriber: 'select max(lsn)::text from tidegate.tide',
  other: `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
    else pg_current_wal_insert_lsn() end::text`,
}

export class Freshness {
  readonly #history: CurrentHistory
  /** A subscriber's position is its database's; one for each is right for all. */
  readonly #pollers = new Map<string, Poller>()

  constructor(history: CurrentHistory) {
    this.#history = history
  }

  /** Refuses with `behind` if the node does not get there in time. */
  async wait(place: Place, need: Position, waitMs: number, signal: AbortSignal): Promise<void> {
    // Only those whom Postgres has let in may make others wait on their connection.
    if (!place.pool.proven) place.pool.release(await place.pool.acquire(signal))
    const reached = await this.#poller(place.node, place.database).reach({
      reached: (lsn) => hasReached(lsn, need, this.#history()),
      waitMs,
      signal,
      open: () => openGauge(place),
    })
    if (!reached) throw behind()
  }

  /** The answer proves it, or it is none. */
  judge(
    node: NodeConfig,
    database: string,
    { lo, hi }: Pick<ReadAnswer, 'lo' | 'hi'>,
    need: Position | undefined,
  ): void {
    const lsn = 'lsn' in lo ? lo.lsn : (hi ?? LSN_ZERO)
    if (need === undefined) return
    const poller = this.#poller(node, database)
    if (hasReached(lsn, need, this.#history())) {
      poller.learn(lsn)
      return
    }
    poller.forget()
    throw behind()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pollers.values()].map((poller) => poller.close()))
  }

  #poller(node: NodeConfig, database: string): Poller {
    const key = `${node.name}\0${node.role === 'subscriber' ? database : ''}`
    const poller = this.#pollers.get(key) ?? new Poller()
    this.#pollers.set(key, poller)
    return poller
  }
}

function behind(): Refusal {
  return new Refusal(BEHIND_STATUS, 'The node does not have the position that was asked for.', {
    outcome: 'behind',
  })
}

function openGauge({ node, connect }: Place): Gauge {
  const connecting = connect()
  // Whoever reads is told; that nobody does any more must not end the program.
  connecting.catch(() => {})
  const text = node.role === 'subscriber' ? ask.subscriber : ask.other
  return {
    async read(): Promise<Lsn> {
      const kept = new KeptResult()
      await (await connecting).run([[bare(text, kept)]])
      const lsn = kept.result?.rows[0]?.[0]
      return lsn === null || lsn === undefined ? LSN_ZERO : parseLsn(lsn)
    },
    async close() {
      const backend = await connecting.catch(() => undefined)
      await backend?.close()
    },
  }
}
