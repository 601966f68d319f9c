/** One configured database, as the commands ask it: few connections, short patience. */
import { Pool, type PoolClient } from 'pg'

import type { ConfiguredNode } from '../config/config.ts'

const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

export class Database implements AsyncDisposable {
  readonly node: ConfiguredNode
  #pool: Pool | undefined

  constructor(node: ConfiguredNode) {
    this.node = node
  }

  async ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#connected().query<Row>(text, [...values])
    return rows
  }

  /** The one row of a statement that has one. */
  async askOne<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.ask<Row>(text, values)
    if (row === undefined) throw new Error('Expected a row')
    return row
  }

  async withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connected().connect()
    let isBroken = true
    try {
      const result = await work(client)
      isBroken = false
      return result
    } finally {
      client.release(isBroken)
    }
  }

  /** The least of a few round trips on a warm connection. */
  async roundTripMs(): Promise<number> {
    return await this.withClient(async (client) => {
      let least = Infinity
      for (let turn = 0; turn < 4; turn++) {
        const begun = performance.now()
        await client.query('select 1')
        least = Math.min(least, performance.now() - begun)
      }
      return least
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.end()
  }

  #connected(): Pool {
    if (this.#pool) return this.#pool
    this.#pool = new Pool({
      connectionString: this.node.url.read(),
      max: 3,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'tidegate cli',
    })
    // Of a lost connection the next query tells. Without a listener Node would exit.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => void client.on('error', () => {}))
    return this.#pool
  }
}
