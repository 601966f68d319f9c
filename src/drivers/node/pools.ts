/** One pool per target, on the connection string that the target gives now. */
import { Pool, type PoolConfig } from 'pg'

import type { Target } from '../driver.ts'

export type PoolOptions = Pick<
  PoolConfig,
  'max' | 'min' | 'idleTimeoutMillis' | 'connectionTimeoutMillis' | 'maxLifetimeSeconds' | 'ssl'
>

const CONNECT_TIMEOUT_MS = 5_000

interface Entry {
  readonly url: string
  readonly pool: Pool
}

export class Pools {
  readonly #options: PoolOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  async of({ name, url: source }: Target): Promise<Pool> {
    const url = typeof source === 'string' ? source : await source()
    const known = this.#entries.get(name)
    if (known?.url === url) return known.pool
    const pool = this.#open(url)
    this.#entries.set(name, { url, pool })
    // The secret was rotated: who holds a connection finishes with it, nobody gets another.
    void known?.pool.end()
    return pool
  }

  async end(): Promise<void> {
    const pools = [...this.#entries.values()].map(({ pool }) => pool)
    this.#entries.clear()
    await Promise.all(pools.map((pool) => pool.end()))
  }

  #open(url: string): Pool {
    const pool = new Pool({
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'tidegate',
      ...this.#options,
      connectionString: url,
      // Statements are written one behind the other, so that a batch is one round trip.
      pipeline: true,
    })
    // Of a lost connection its next or present query tells. Without listeners Node would exit.
    pool.on('connect', (client) => void client.on('error', () => {}))
    pool.on('error', () => {})
    return pool
  }
}
