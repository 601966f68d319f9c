/**
 * Writes all the while, to whoever takes writes: commits that carry a message and touch no table, so
 * that a drill needs none. Each that was acknowledged is remembered by where it ended.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { type Lsn, parseLsn } from '../../src/tide/lsn.ts'
import type { Config } from '../config/config.ts'
import { Database } from '../reach/database.ts'

export interface Acknowledged {
  readonly node: string
  readonly timeline: number
  /** At or past the end of its commit. */
  readonly lsn: Lsn
  readonly at: number
}

const EVERY_MS = 50
const PATIENCE_MS = 1_000

const WRITE = `select pg_logical_emit_message(true, 'tidegate drill', '')`
/** Afterwards: inside the transaction a position precedes the commit. */
const WHERE = `select pg_current_wal_flush_lsn()::text as lsn,
  ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int as timeline`

export class Writer {
  readonly acknowledged: Acknowledged[] = []
  refused = 0
  readonly #databases: readonly Database[]
  readonly #end = new AbortController()
  #running: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(config: Config) {
    // A subscriber takes writes too, and they are not home's.
    this.#databases = config.nodes
      .filter(({ role }) => role !== 'subscriber')
      .map((node) => new Database(node))
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    await this.#stopped
  }

  async #stop(): Promise<void> {
    this.#end.abort()
    await this.#running
    await Promise.all(this.#databases.map((database) => database[Symbol.asyncDispose]()))
  }

  async #run(): Promise<void> {
    const { signal } = this.#end
    let primary = this.#databases[0]
    while (!signal.aborted) {
      const wrote = primary !== undefined && (await this.#write(primary))
      if (!wrote) {
        this.refused += 1
        primary = await this.#findPrimary()
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #write(database: Database): Promise<boolean> {
    try {
      await within(PATIENCE_MS, database.ask(WRITE))
      const at = performance.now()
      const row = await within(
        PATIENCE_MS,
        database.askOne<{ lsn: string; timeline: number }>(WHERE),
      )
      const { name } = database.node
      this.acknowledged.push({ node: name, timeline: row.timeline, lsn: parseLsn(row.lsn), at })
      return true
    } catch {
      return false
    }
  }

  async #findPrimary(): Promise<Database | undefined> {
    const found = await Promise.all(
      this.#databases.map(async (database) => {
        try {
          const { standby } = await within(
            PATIENCE_MS,
            database.askOne<{ standby: boolean }>('select pg_is_in_recovery() as standby'),
          )
          return standby ? undefined : database
        } catch {
          return undefined
        }
      }),
    )
    return found.find((each) => each !== undefined)
  }
}

/** What comes too late still ends, and its connection with it. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  const late = new AbortController()
  try {
    return await Promise.race([
      work,
      sleep(ms, undefined, { signal: late.signal }).then(() => {
        throw new Error('It did not answer in time')
      }),
    ])
  } finally {
    late.abort()
  }
}
