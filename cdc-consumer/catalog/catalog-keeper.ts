/** The schema of the node that is tailed, as last read, and whether it is still so. */
import type { ClientBase } from 'pg'

import { parseXid, widenXid } from '../../src/tide/xid.ts'
import { pause } from '../backoff.ts'
import type { Schema } from '../tags/relation.ts'
import { type CatalogOptions, type ReadCatalog, readCatalog } from './read-catalog.ts'

const VISIBILITY_PAUSE_MS = 20

export class CatalogKeeper {
  readonly #options: CatalogOptions
  readonly #withClient: <T>(work: (client: ClientBase) => Promise<T>) => Promise<T>
  readonly #signal: AbortSignal
  #current: ReadCatalog | undefined

  constructor(
    options: CatalogOptions,
    withClient: <T>(work: (client: ClientBase) => Promise<T>) => Promise<T>,
    signal: AbortSignal,
  ) {
    this.#options = options
    this.#withClient = withClient
    this.#signal = signal
  }

  get current(): ReadCatalog | undefined {
    return this.#current
  }

  /** Asks for what is current at each question. */
  get schema(): Schema {
    return { describe: (relation) => this.#current?.schema.describe(relation) }
  }

  /**
   * Reads it again.
   * @param xid the low 32 bits of a transaction that it must include: on a primary a commit is
   *   delivered before it is visible
   */
  async refresh(xid?: number): Promise<ReadCatalog> {
    for (;;) {
      const read = await this.#withClient(async (client) => {
        await client.query('begin isolation level repeatable read read only')
        try {
          if (xid !== undefined && !(await shows(client, xid))) return undefined
          return await readCatalog(client, this.#options)
        } finally {
          await client.query('rollback')
        }
      })
      if (read) {
        this.#current = read
        return read
      }
      await pause(VISIBILITY_PAUSE_MS, this.#signal)
      this.#signal.throwIfAborted()
    }
  }

  /** Reads it without taking it over: has it changed? */
  async hasChanged(): Promise<boolean> {
    const before = this.#current
    const read = await this.#withClient(async (client) => {
      await client.query('begin isolation level repeatable read read only')
      try {
        return await readCatalog(client, this.#options)
      } finally {
        await client.query('rollback')
      }
    })
    return before !== undefined && read.hash !== before.hash
  }
}

/** A standby has replayed what it delivers; its snapshots list nothing in progress. */
async function shows(client: ClientBase, xid: number): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean; near: string }>(
    `select pg_is_in_recovery() as standby,
       pg_snapshot_xmax(pg_current_snapshot())::text as near`,
  )
  const [state] = rows
  if (!state || state.standby) return true
  const wide = widenXid(xid, parseXid(state.near))
  const { rows: seen } = await client.query<{ seen: boolean }>(
    'select pg_visible_in_snapshot($1::xid8, pg_current_snapshot()) as seen',
    [wide.toString()],
  )
  return seen[0]?.seen === true
}
