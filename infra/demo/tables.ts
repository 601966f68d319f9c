/** The regions' tide tables, as the demo reads them; and the history out of them, for the gateways. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Redis } from 'ioredis'

import { ioredisCommands } from '../../src/cache/redis/ioredis.ts'
import { RedisTable } from '../../src/cache/tide-table/redis-table.ts'
import type { TableReading } from '../../src/cache/tide-table/tide-table.ts'
import { encodeHistory } from '../../src/tide/history-text.ts'
import type { Region } from '../../src/topology/regions.ts'
import { until } from '../local/until.ts'
import type { World } from '../local/world.ts'

export class Tables implements Disposable {
  readonly #redises = new Map<Region, Redis>()
  readonly #tables = new Map<Region, RedisTable>()
  readonly #written = new Map<Region, string>()
  readonly #directory: string

  constructor(world: World) {
    this.#directory = world.directory
    for (const { name, redis: server } of world.regions) {
      const redis = new Redis(server.url(), {
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        retryStrategy: () => 500,
      })
      // Each command's own rejection tells of it.
      redis.on('error', () => {})
      this.#redises.set(name, redis)
      this.#tables.set(name, new RedisTable(ioredisCommands(redis)))
    }
  }

  /** `undefined` where it cannot be read. */
  async read(region: Region, nodes: readonly string[] = []): Promise<TableReading | undefined> {
    try {
      return await this.#tables.get(region)?.read({ nodes })
    } catch {
      return undefined
    }
  }

  historyFile(region: Region): string {
    return join(this.#directory, `${region}.history`)
  }

  /** Writes the history down once more if the table has a later one. */
  async keepHistory(region: Region, reading: TableReading | undefined): Promise<boolean> {
    if (!reading?.history) return false
    const text = encodeHistory(reading.history)
    if (this.#written.get(region) !== text) {
      await writeFile(this.historyFile(region), text)
      this.#written.set(region, text)
    }
    return true
  }

  async firstHistory(region: Region, signal?: AbortSignal): Promise<void> {
    await until(
      `the tide table of ${region}`,
      async () => await this.keepHistory(region, await this.read(region)),
      { signal },
    )
  }

  [Symbol.dispose](): void {
    for (const redis of this.#redises.values()) redis.disconnect()
  }
}
