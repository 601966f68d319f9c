/** What the benchmarks of the consumer share: a world with its program, and what it costs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Redis } from 'ioredis'

import type { ManagedProcess } from '../infra/local/managed-process.ts'
import { until } from '../infra/local/until.ts'
import { startWorld, type World } from '../infra/local/world.ts'
import { ioredisCommands } from '../src/cache/redis/ioredis.ts'
import { RedisTable } from '../src/cache/tide-table/redis-table.ts'
import { type Lsn, parseLsn } from '../src/tide/lsn.ts'
import { consumerProcess } from '../test/support/consumer/consumer-process.ts'
import { makeSlot, removeSlot, TOLD } from '../test/support/consumer/region-consumer.ts'
import { withSetup } from '../test/support/consumer/schema.ts'

const LONG_MS = 600_000

export class CdcWorld implements AsyncDisposable {
  readonly world: World
  readonly redis: Redis
  readonly table: RedisTable

  private constructor(world: World) {
    this.world = world
    this.redis = new Redis(world.region('iad').redis.url())
    this.table = new RedisTable(ioredisCommands(this.redis))
  }

  static async start(): Promise<CdcWorld> {
    const world = await startWorld({
      home: 'iad',
      distanceScale: 0,
      schema: withSetup('create table item (id int primary key, body text)'),
    })
    await world.primary.set({ wal_sender_timeout: 0, max_wal_size: '8GB', autovacuum: 'off' })
    return new CdcWorld(world)
  }

  /** Starts the program on a slot; `since` is when it began to work, after Node had started. */
  async consume(
    slot: string,
  ): Promise<{ readonly program: ManagedProcess; readonly since: () => number }> {
    const { world } = this
    const { process: program } = await consumerProcess(world, {
      name: slot,
      source: world.primary,
      slot,
    })
    program.spawn()
    return {
      program,
      since: () => {
        const lines = readFileSync(join(world.directory, 'logs', `${slot}.log`), 'utf8').split('\n')
        const line = lines.find((each) => each.includes('serves health')) ?? '{}'
        const { time }: { time?: number } = JSON.parse(line)
        return time ?? Number.NaN
      },
    }
  }

  async position(): Promise<Lsn> {
    return await this.world.primary.position()
  }

  /** Waits until the table claims a position. @returns when it did, in ms since 1970 */
  async horizon(lsn: Lsn): Promise<number> {
    await until('the horizon', async () => ((await this.table.read()).horizon?.lsn ?? 0n) >= lsn, {
      timeoutMs: LONG_MS,
    })
    return Date.now()
  }

  async slot(name: string): Promise<void> {
    await makeSlot(this.world, this.world.primary, name)
  }

  async drop(name: string): Promise<void> {
    await removeSlot(this.world.primary, name)
  }

  async confirmed(slot: string): Promise<Lsn> {
    const [row] = await this.world.primary.query<{ lsn: string }>(
      `select confirmed_flush_lsn::text as lsn from pg_replication_slots where slot_name = $1`,
      [slot],
    )
    return parseLsn(row?.lsn ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect()
    await this.world.stop()
  }
}

export const publication = TOLD

/** The most memory that a process has had, in MB. */
export function peakMb({ pid }: ManagedProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)
}
