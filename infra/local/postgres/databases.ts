/** The primary and everything that replicates from it. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { DatabaseError } from 'pg'

import { formatLsn, type Lsn, normaliseInsertLsn, parseLsn } from '../../../src/tide/lsn.ts'
import type { Network } from '../network/network.ts'
import type { NodePlan } from '../options.ts'
import type { Site } from '../site.ts'
import type { Startup } from '../startup.ts'
import { until } from '../until.ts'
import { type Binaries, locateBinaries } from './binaries.ts'
import { DATABASE, PostgresNode } from './node.ts'
import { copyOnline } from './online-copy.ts'
import { own } from './own.ts'
import { PostgresServer } from './server.ts'
import { templates } from './template.ts'

/** initdb's default. */
const WAL_SEGMENT_BYTES = 16 * 1024 * 1024

/** Every table of the primary is in it. */
const PUBLICATION = 'tidegate'

export interface DatabasesOptions {
  readonly site: Site
  readonly network: Network
  readonly nodes: readonly NodePlan[]
  readonly schema: string
  readonly startup: Startup
}

export class Databases {
  readonly nodes: readonly PostgresNode[]
  readonly #binaries: Binaries
  #primary: PostgresNode

  private constructor(nodes: readonly PostgresNode[], primary: PostgresNode, binaries: Binaries) {
    this.nodes = nodes
    this.#primary = primary
    this.#binaries = binaries
  }

  static async start(options: DatabasesOptions): Promise<Databases> {
    const { site, network } = options
    const binaries = await locateBinaries(site.directory)
    const nodes = await Promise.all(
      options.nodes.map(async (plan) => await createNode(plan, site, network, binaries)),
    )
    const primary = nodes.find(({ role }) => role === 'primary')
    if (!primary) throw new Error('A world has a primary')
    const databases = new Databases(nodes, primary, binaries)
    await databases.#start(options)
    return databases
  }

  /** The primary of the newest history. */
  get primary(): PostgresNode {
    return this.#primary
  }

  async #start({ site, schema, startup }: DatabasesOptions): Promise<void> {
    const { signal } = startup
    const cache = join(import.meta.dirname, '../../../node_modules/.cache/tidegate')
    const source = templates(this.#binaries, site.directory, cache)

    const open = async (node: PostgresNode): Promise<void> => {
      await source.copyTo(node.server.directory, node.role === 'subscriber' ? 'subscriber' : 'home')
      await this.#configure(node)
      await node.start(signal)
    }
    const create = async (node: PostgresNode): Promise<void> => {
      await node.query(`create database ${DATABASE}`, [], 'postgres')
      if (schema) await node.query(schema)
    }

    const home = startup.part(`${this.#primary.name} primary`, async () => {
      await open(this.#primary)
      await create(this.#primary)
      await this.#primary.query(`create publication ${PUBLICATION} for all tables`)
      for (const standby of this.#inRole('standby')) await this.#reserveWal(standby)
    })
    const replicas = this.nodes
      .filter((node) => node !== this.#primary)
      .map(async (node) => {
        await startup.part(`${node.name} ${node.role}`, async () => {
          await open(node)
          if (node.role === 'subscriber') await create(node)
          await home
          if (node.role === 'subscriber') await this.#subscribe(node, { copyData: false })
          await this.#caughtUp(node, signal)
        })
      })
    await startup.all([home, ...replicas])
  }

  /** Runs DDL at home and, because replication does not carry it there, on the subscribers. */
  async migrate(sql: string): Promise<void> {
    // Subscribers first: a row of a table that they do not have would stop them.
    for (const node of [...this.#inRole('subscriber'), this.#primary]) await node.query(sql)
    await this.caughtUp()
    for (const node of this.#inRole('subscriber')) {
      await node.query(`alter subscription ${node.subscription} refresh publication`)
      await until(`${node.name} to copy the new tables`, async () => {
        const pending = await node.query(`select from pg_subscription_rel where srsubstate <> 'r'`)
        return pending.length === 0
      })
    }
  }

  /** Waits until every replica shows all that is committed at home now. */
  async caughtUp(): Promise<void> {
    const replicas = this.nodes.filter((node) => node !== this.#primary && node.role !== 'primary')
    await Promise.all(replicas.map(async (node) => await this.#caughtUp(node)))
  }

  /**
   * Makes a standby the primary of a new history and has the other replicas follow it. The old
   * primary is left as it is: alive, frozen or dead.
   */
  async promote(node: PostgresNode): Promise<void> {
    if (node.role !== 'standby') throw new Error(`${node.name} is a ${node.role}, not a standby`)
    await node.query('select pg_promote()')
    node.role = 'primary'
    this.#primary = node
    for (const standby of this.#inRole('standby')) {
      await this.#reserveWal(standby)
      await this.#configure(standby)
      if (standby.server.running) await standby.query('select pg_reload_conf()')
    }
    for (const subscriber of this.#inRole('subscriber')) await this.#follow(subscriber)
  }

  /** Makes a node a standby of the present primary, whatever it was before: its data is copied anew. */
  async rejoin(node: PostgresNode): Promise<void> {
    if (node === this.#primary) throw new Error(`${node.name} is the primary`)
    await node.kill()
    const { directory } = node.server
    await rm(directory, { recursive: true })
    node.role = 'standby'
    await this.#reserveWal(node)
    await copyOnline(this.#primary, directory)
    await this.#configure(node)
    await own(directory, this.#binaries.user)
    await node.start()
    await this.#caughtUp(node)
  }

  /**
   * Fills the primary's WAL past what a slot may keep, until Postgres gives the slot up. Whoever
   * reads from it must have been stopped or frozen. Slots that are being read from keep up and stay.
   */
  async overrunSlot(slot: string): Promise<void> {
    const primary = this.#primary
    await until(`slot ${slot} to lag`, async () => {
      await primary.query(`select pg_logical_emit_message(false, 'ballast', repeat('x', 1 << 20))`)
      await primary.query('select pg_switch_wal()')
      // Without it a logical slot that keeps up would hold on to old WAL until the next checkpoint.
      await primary.query('select pg_log_standby_snapshot()')
      const slots = await primary.query<{ slot_name: string; active: boolean; lag: string }>(
        `select slot_name, active, pg_current_wal_lsn() - restart_lsn as lag
         from pg_replication_slots`,
      )
      const lagging = slots.find(({ slot_name }) => slot_name === slot)
      if (!lagging) throw new Error(`${primary.name} has no slot ${slot}`)
      const others = slots.filter((each) => each !== lagging && each.active)
      const keepsUp = ({ lag }: { lag: string }): boolean => Number(lag) < 1.5 * WAL_SEGMENT_BYTES
      return Number(lagging.lag) > 5 * WAL_SEGMENT_BYTES && others.every(keepsUp)
    })
    const keptMb = (2 * WAL_SEGMENT_BYTES) / (1024 * 1024)
    await primary.set({ max_slot_wal_keep_size: `${keptMb}MB`, wal_keep_size: 0 })
    try {
      await until(`slot ${slot} to be lost`, async () => {
        await primary.query('checkpoint')
        const [row] = await primary.query(
          'select wal_status from pg_replication_slots where slot_name = $1',
          [slot],
        )
        return row?.['wal_status'] === 'lost'
      })
    } finally {
      await primary.set({ max_slot_wal_keep_size: null, wal_keep_size: null })
    }
  }

  /** Ends the world's own connections. */
  async disconnect(): Promise<void> {
    await Promise.all(this.nodes.map(async (node) => await node.disconnect()))
  }

  #inRole(role: 'standby' | 'subscriber'): PostgresNode[] {
    return this.nodes.filter((node) => node.role === role)
  }

  async #configure(node: PostgresNode): Promise<void> {
    if (node.role !== 'standby') {
      await node.server.configure({})
      return
    }
    await node.server.configure({
      primary_conninfo: this.#primary.conninfo(node.region, node.name),
      primary_slot_name: node.slot,
      sync_replication_slots: true,
    })
    await writeFile(join(node.server.directory, 'standby.signal'), '')
  }

  async #reserveWal(standby: PostgresNode): Promise<void> {
    await this.#primary.query(
      `select pg_create_physical_replication_slot($1, true)
       where not exists (select from pg_replication_slots where slot_name = $1)`,
      [standby.slot],
    )
  }

  async #subscribe(
    node: PostgresNode,
    { copyData }: { readonly copyData: boolean },
  ): Promise<void> {
    // A failover slot: standbys keep a copy, and the subscriber goes on after a promotion.
    await node.query(
      `create subscription ${node.subscription}
       connection '${this.#primary.conninfo(node.region, node.name)}'
       publication ${PUBLICATION} with (failover = true, copy_data = ${copyData})`,
    )
  }

  /** Has a subscriber follow a primary that was a standby until now. */
  async #follow(node: PostgresNode): Promise<void> {
    const name = node.subscription
    await node.query(`alter subscription ${name} disable`)
    const slots = await this.#primary.query(
      `select from pg_replication_slots where slot_name = $1 and not temporary`,
      [name],
    )
    if (slots.length > 0) {
      const conninfo = this.#primary.conninfo(node.region, node.name)
      await node.query(`alter subscription ${name} connection '${conninfo}'`)
      await node.query(`alter subscription ${name} enable`)
      return
    }
    // The slot had not been copied to the standby yet: start over from the primary's rows.
    await node.query(`alter subscription ${name} set (slot_name = none)`)
    await node.query(`drop subscription ${name}`)
    const tables = await this.#primary.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_publication_tables
       where pubname = $1`,
      [PUBLICATION],
    )
    if (tables.length > 0) {
      const truncate = `truncate ${tables.map((table) => table.name).join(', ')}`
      // Who reads the tables in another order may be the one that is let through.
      await until(`${node.name} to empty its tables`, async () => {
        return await node.query(truncate).then(() => true, retryDeadlock)
      })
    }
    await this.#subscribe(node, { copyData: true })
  }

  async #caughtUp(node: PostgresNode, signal?: AbortSignal): Promise<void> {
    const [row] = await this.#primary.query<{ lsn: string }>(
      'select pg_current_wal_insert_lsn() as lsn',
    )
    const lsn = normaliseInsertLsn(parseLsn(row?.lsn ?? ''), WAL_SEGMENT_BYTES)
    await until(
      `${node.name} to catch up with ${formatLsn(lsn)}`,
      async () =>
        node.role === 'standby' ? (await node.position()) >= lsn : await this.#confirmed(node, lsn),
      { signal },
    )
  }

  /** What a subscriber has confirmed to its slot, it has committed. */
  async #confirmed(node: PostgresNode, lsn: Lsn): Promise<boolean> {
    const rows = await this.#primary.query(
      'select from pg_replication_slots where slot_name = $1 and confirmed_flush_lsn >= $2',
      [node.subscription, formatLsn(lsn)],
    )
    return rows.length > 0
  }
}

/** A deadlock is tried again, all else is not. */
function retryDeadlock(error: unknown): false {
  if (error instanceof DatabaseError && error.code === '40P01') return false
  throw error
}

async function createNode(
  { name, role, region }: NodePlan,
  site: Site,
  network: Network,
  binaries: Binaries,
): Promise<PostgresNode> {
  const port = await site.ports.next()
  const server = new PostgresServer({
    name,
    clusterName: `${site.id}/${name}`,
    binaries,
    directory: join(site.directory, name),
    port,
    logFile: site.logFile(name),
    env: site.env,
  })
  return new PostgresNode(name, role, server, await network.expose(region, port))
}
