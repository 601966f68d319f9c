/** A tide table that can be set back to an earlier state, as a Redis that failed over is. */
import { MemoryTable } from '../../../../src/cache/tide-table/memory-table.ts'
import type {
  Mark,
  Raise,
  Raised,
  TableReading,
} from '../../../../src/cache/tide-table/tide-table.ts'

export class TableKeeper {
  #table = new MemoryTable()
  #log: ((table: MemoryTable) => Promise<unknown>)[] = []

  async raise(raise: Raise): Promise<Raised> {
    this.#log.push(async (table) => await table.raise(raise))
    return await this.#table.raise(raise)
  }

  async compact(floor: Mark, maxTags: number): Promise<void> {
    this.#log.push(async (table) => await table.compact(floor, maxTags))
    await this.#table.compact(floor, maxTags)
  }

  async read(tags: readonly string[]): Promise<TableReading> {
    return await this.#table.read({ tags })
  }

  get calls(): number {
    return this.#log.length
  }

  /** Only the first `calls` calls have ever been. */
  async setBack(calls: number): Promise<void> {
    this.#log = this.#log.slice(0, calls)
    this.#table = new MemoryTable()
    for (const call of this.#log) await call(this.#table)
  }
}
