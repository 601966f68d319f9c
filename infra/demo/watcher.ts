/** Asks all databases and tide tables again and again how far they are, each at its own pace. */
import { setTimeout as sleep } from 'node:timers/promises'

import { PrimaryTrail } from '../../dashboard/lag.ts'
import type { NodeSample, RegionSample } from '../../dashboard/shapes.ts'
import { parseLsn } from '../../src/tide/lsn.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { PostgresNode } from '../local/postgres/node.ts'
import type { Demo } from './demo.ts'

const EVERY_MS = 250
const PATIENCE_MS = 1500

/** A subscriber's own WAL is another sea: how far it is, the heartbeat's row says. */
const POSITION = `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
  else pg_current_wal_insert_lsn() end::text as lsn`
const SUBSCRIBER_POSITION = 'select max(lsn)::text as lsn from tidegate.tide'

export class Watcher implements AsyncDisposable {
  readonly trail = new PrimaryTrail()
  readonly #demo: Demo
  readonly #stopping = new AbortController()
  readonly #applied = new Map<PostgresNode, number>()
  readonly #horizons = new Map<Region, number | undefined>()
  readonly #loops: Promise<unknown>

  constructor(demo: Demo) {
    this.#demo = demo
    const { databases, regions } = demo.world
    this.#loops = Promise.all([
      ...databases.nodes.map(async (node) => await this.#again(async () => await this.#ask(node))),
      ...regions.map(async ({ name }) => await this.#again(async () => await this.#read(name))),
    ])
  }

  nodes(now: number): NodeSample[] {
    const { nodes, primary } = this.#demo.world.databases
    const { position } = this.trail
    return nodes.map((node) => {
      const { name, region, role } = node
      const applied = this.#applied.get(node)
      // A primary that was replaced and does not know it is no primary.
      if (applied === undefined || (role === 'primary' && node !== primary)) {
        return { name, region, role, applied: null, lagBytes: null, lagMs: null }
      }
      const lagBytes = Math.max(0, position - applied)
      return { name, region, role, applied, lagBytes, lagMs: this.trail.ageMs(applied, now) }
    })
  }

  regions(now: number): RegionSample[] {
    return this.#demo.world.regions.map(({ name }) => {
      const horizon = this.#horizons.get(name)
      return {
        name,
        horizon: horizon ?? null,
        horizonLagMs: horizon === undefined ? null : this.trail.ageMs(horizon, now),
        consumer: this.#demo.part(name).consumer.process.running,
        redis: this.#horizons.has(name),
      }
    })
  }

  async #ask(node: PostgresNode): Promise<void> {
    const text = node.role === 'subscriber' ? SUBSCRIBER_POSITION : POSITION
    try {
      const [row] = await withPatience(node.query<{ lsn: string | null }>(text))
      if (!row?.lsn) throw new Error('It tells no position')
      const lsn = Number(parseLsn(row.lsn))
      this.#applied.set(node, lsn)
      if (node === this.#demo.world.primary) this.trail.note(lsn, Date.now())
    } catch {
      this.#applied.delete(node)
    }
  }

  async #read(region: Region): Promise<void> {
    const { tables } = this.#demo
    try {
      const reading = await withPatience(tables.read(region))
      if (!reading) throw new Error('It cannot be read')
      this.#horizons.set(region, reading.horizon && Number(reading.horizon.lsn))
      await tables.keepHistory(region, reading)
    } catch {
      this.#horizons.delete(region)
    }
  }

  async #again(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await work()
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#loops
  }
}

/** A server that hangs keeps the question: whoever asked goes on without. */
async function withPatience<T>(answer: Promise<T>): Promise<T> {
  const ended = new AbortController()
  try {
    const late = sleep(PATIENCE_MS, undefined, { signal: ended.signal }).then(() => {
      throw new Error('It does not answer in time')
    })
    return await Promise.race([answer, late])
  } finally {
    ended.abort()
  }
}
