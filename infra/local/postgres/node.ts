/** A database of the world, in one of its three roles, and what can be done to it. */
import { Client, escapeIdentifier, escapeLiteral, Pool } from 'pg'

import { formatLsn, type Lsn, parseLsn } from '../../../src/tide/lsn.ts'
import type { Region } from '../../../src/topology/regions.ts'
import type { Address } from '../network/network.ts'
import { until } from '../until.ts'
import type { PostgresServer } from './server.ts'
import { PASSWORD, SUPERUSER } from './template.ts'

/** The database in which the world's user tables live, on every node. */
export const DATABASE = 'app'

export type Role = 'primary' | 'standby' | 'subscriber'

export class PostgresNode {
  readonly name: string
  readonly region: Region
  readonly server: PostgresServer
  role: Role
  readonly #address: Address
  readonly #pools = new Map<string, Pool>()
  readonly #clients = new Set<Client>()

  constructor(name: string, role: Role, server: PostgresServer, address: Address) {
    this.name = name
    this.role = role
    this.server = server
    this.region = address.region
    this.#address = address
  }

  /** Its connection string as seen `from` a region: over the link, with that link's faults. */
  url(from?: Region, database: string = DATABASE): string {
    return `postgresql://${SUPERUSER}:${PASSWORD}@127.0.0.1:${this.#address.port(from)}/${database}`
  }

  /** The same for `primary_conninfo` and subscriptions. */
  conninfo(from: Region, applicationName: string): string {
    return [
      `host=127.0.0.1 port=${this.#address.port(from)} dbname=${DATABASE}`,
      `user=${SUPERUSER} password=${PASSWORD} application_name=${applicationName}`,
    ].join(' ')
  }

  /** Runs a statement from beside the node and returns its rows. */
  async query<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
    database: string = DATABASE,
  ): Promise<Row[]> {
    const { rows } = await this.#pool(database).query<Row>(text, [...values])
    return rows
  }

  /** A connection of its own, from beside the node; the world ends it if the caller does not. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url() })
    // Servers are killed here on purpose; whoever uses the connection is told by its next query.
    client.on('error', () => {})
    client.once('end', () => this.#clients.delete(client))
    this.#clients.add(client)
    await client.connect()
    return client
  }

  /** Changes settings with ALTER SYSTEM and waits until they hold; `null` takes one back. */
  async set(settings: Readonly<Record<string, string | number | null>>): Promise<void> {
    const client = await this.connect()
    try {
      for (const [name, value] of Object.entries(settings)) {
        const setting = escapeIdentifier(name)
        await client.query(
          value === null
            ? `alter system reset ${setting}`
            : `alter system set ${setting} = ${escapeLiteral(String(value))}`,
        )
      }
      const before = await loadTime(client)
      await client.query('select pg_reload_conf()')
      await until(
        `${this.name} to read its settings`,
        async () => (await loadTime(client)) !== before,
      )
    } finally {
      await client.end()
    }
  }

  /** How far its answers reach: the end of its WAL if it is the primary, what it replayed if a standby. */
  async position(): Promise<Lsn> {
    const [row] = await this.query<{ lsn: string | null }>(
      `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
              else pg_current_wal_flush_lsn() end as lsn`,
      [],
      // There from the first moment of a standby, when the world's own has not been replayed yet.
      'postgres',
    )
    if (!row?.lsn) throw new Error(`${this.name} tells no position`)
    return parseLsn(row.lsn)
  }

  /** Stops applying what comes from home. Answers go on, from where it stands. */
  async pauseReplay(): Promise<void> {
    if (this.role === 'subscriber') {
      await this.query(`alter subscription ${this.subscription} disable`)
      await until(`${this.name} to pause`, async () => !(await this.#applies()))
      return
    }
    await this.query('select pg_wal_replay_pause()')
    await until(`${this.name} to pause`, async () => {
      const [row] = await this.query('select pg_get_wal_replay_pause_state() as state')
      return row?.['state'] === 'paused'
    })
  }

  async resumeReplay(): Promise<void> {
    await this.query(
      this.role === 'subscriber'
        ? `alter subscription ${this.subscription} enable`
        : 'select pg_wal_replay_resume()',
    )
  }

  /** Applies each commit so much later than it was made. Only standbys can. */
  async delayReplay(delayMs: number): Promise<void> {
    if (this.role !== 'standby')
      throw new Error(`${this.name} is a ${this.role}: only standbys delay`)
    await this.set({ recovery_min_apply_delay: delayMs })
  }

  /** Waits until it has replayed up to `lsn`. */
  async reached(lsn: Lsn): Promise<void> {
    await until(
      `${this.name} to reach ${formatLsn(lsn)}`,
      async () => (await this.position()) >= lsn,
    )
  }

  /** The subscription and the slot by which a subscriber is fed. */
  get subscription(): string {
    return `tidegate_${this.name.replaceAll('-', '_')}`
  }

  /** The physical slot that keeps the primary's WAL for a standby. */
  get slot(): string {
    return this.subscription
  }

  /** SIGKILL, as when the machine loses power. `start` brings it back, with crash recovery. */
  async kill(): Promise<void> {
    await this.server.kill()
    await this.disconnect()
  }

  async stop(): Promise<void> {
    // Fast shutdown: it does not wait for clients.
    await this.server.stop('SIGINT')
    await this.disconnect()
  }

  async start(abort?: AbortSignal): Promise<void> {
    await this.server.start(abort)
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** SIGSTOP for the server and all its processes: connections stay open, nobody answers. */
  freeze(): void {
    this.server.freeze()
  }

  thaw(): void {
    this.server.thaw()
  }

  /** Ends the world's own connections to it. */
  async disconnect(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    const clients = [...this.#clients]
    await Promise.allSettled([...pools, ...clients].map(async (each) => await each.end()))
  }

  async #applies(): Promise<boolean> {
    const rows = await this.query('select from pg_stat_subscription where pid is not null')
    return rows.length > 0
  }

  #pool(database: string): Pool {
    const existing = this.#pools.get(database)
    if (existing) return existing
    const pool = new Pool({ connectionString: this.url(undefined, database), max: 4 })
    pool.on('error', () => {})
    this.#pools.set(database, pool)
    return pool
  }
}

async function loadTime(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ at: string }>('select pg_conf_load_time()::text as at')
  return rows[0]?.at
}
