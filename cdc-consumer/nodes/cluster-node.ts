/** One database that the consumer may ask: the primary, a standby or a subscriber. */
import { Pool, type PoolClient } from 'pg'

import { ReplicationError } from '../replication/replication-error.ts'

export type NodeRole = 'primary' | 'standby' | 'subscriber'

export interface NodeOptions {
  /** By this name the tide table and the SDK's topology call it. */
  readonly name: string
  /** What it is now; a standby may become the primary. */
  readonly role: NodeRole
  readonly url: string
}

const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

export class ClusterNode implements AsyncDisposable {
  readonly name: string
  readonly role: NodeRole
  readonly url: string
  readonly #pool: Pool

  constructor({ name, role, url }: NodeOptions) {
    this.name = name
    this.role = role
    this.url = url
    this.#pool = new Pool({
      connectionString: url,
      max: 3,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'tidegate consumer',
      keepAlive: true,
    })
    // Of a lost connection its next query tells. Without a listener Node would exit.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => void client.on('error', () => {}))
  }

  async ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>(text, [...values])
    return rows
  }

  /** The one row of a statement that has one. */
  async askOne<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.ask<Row>(text, values)
    if (!row) throw new ReplicationError('unreadable')
    return row
  }

  /** Values as Postgres writes them, for the statements of `src/drivers/positions.ts`. */
  async askText(text: string): Promise<(string | null)[][]> {
    const { rows } = await this.#pool.query<(string | null)[]>({
      text,
      rowMode: 'array',
      types: { getTypeParser: () => String },
    })
    return rows
  }

  async withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken = true
    try {
      const result = await work(client)
      broken = false
      return result
    } finally {
      client.release(broken)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}
