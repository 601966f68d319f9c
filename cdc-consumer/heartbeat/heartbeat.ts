/**
 * One consumer of all regions beats for the others: whoever holds the advisory lock on the primary. A
 * beat is a commit that carries the primary's clock through both kinds of replication, so that a
 * position can be told from a time although nobody writes.
 *
 * The lock goes with its connection. A leader that is frozen is disconnected by the server itself,
 * because an idle session is ended after a few beats.
 */
import { Client } from 'pg'

import { Backoff, pause } from '../backoff.ts'
import type { ConsumerEvent } from '../events.ts'
import type { Cluster } from '../nodes/cluster.ts'

export interface HeartbeatOptions {
  readonly cluster: Cluster
  /** @default 250 */
  readonly intervalMs?: number | undefined
  /**
   * Rest when nobody has written for so long, for platforms that sleep when they are idle; the first
   * write wakes it. Meanwhile a read that is bounded in time goes to the primary. @default never
   */
  readonly restAfterMs?: number | undefined
  readonly onEvent: (event: ConsumerEvent) => void
}

/** «tidegate» as a number: the lock's name in every database. */
const LOCK = '0x7469646567617465'
const TIMEOUT_MS = 5_000
const LONGEST_SILENCE_MS = 10_000
const FOLLOW_EVERY_MS = 1_000

/** The clock before the position: all that was acknowledged before it lies below. */
const WITH_CLOCK = `with clock as materialized (select clock_timestamp() as at)`
const EMIT = `pg_logical_emit_message(true, 'tidegate',
  floor(extract(epoch from clock.at) * 1000)::bigint::text)`
const BEAT = `${WITH_CLOCK} select ${EMIT} from clock`
const BEAT_WITH_ROW = `${WITH_CLOCK}, row as (
  update tidegate.tide set lsn = pg_current_wal_insert_lsn(), at = clock.at,
    timeline = ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
  from clock)
select ${EMIT} from clock`
/** A subscriber skips the update of a row that it does not have, so now and then it is made anew. */
const RENEW = `begin; delete from tidegate.tide;
${WITH_CLOCK} insert into tidegate.tide (lsn, at, timeline)
  select pg_current_wal_insert_lsn(), clock.at,
    ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int from clock;
commit`
const RENEW_EVERY = 20

export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #abort = new AbortController()
  #wroteAt = performance.now()
  #client: Client | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Someone other than us has written. */
  noteWrite(): void {
    this.#wroteAt = performance.now()
  }

  async run(): Promise<void> {
    const { onEvent } = this.#options
    const { signal } = this.#abort
    const backoff = new Backoff({ firstMs: 200, longestMs: 2_000 })
    while (!signal.aborted) {
      try {
        await this.#lead(backoff)
      } catch (error) {
        if (!signal.aborted) onEvent({ name: 'beat-failed', error })
      }
      await backoff.pause(signal)
    }
  }

  stop(): void {
    this.#abort.abort()
    this.#client?.connection.stream.destroy()
  }

  /** Waits for the lock, then beats until the connection or the primary is gone. */
  async #lead(backoff: Backoff): Promise<void> {
    const { cluster, intervalMs = 250, onEvent } = this.#options
    const { signal } = this.#abort
    const node = await cluster.findPrimary()
    const client = new Client({
      connectionString: node.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      application_name: 'tidegate heartbeat',
      keepAlive: true,
    })
    client.on('error', () => {})
    this.#client = client
    let isLeading = false
    let beats = 0
    try {
      await client.connect()
      await client.query(`set idle_session_timeout = ${LONGEST_SILENCE_MS}`)
      while (!signal.aborted && cluster.primary === node) {
        if (!isLeading) {
          isLeading = await tryLock(client)
          if (isLeading) onEvent({ name: 'leading', isLeading })
        }
        if (isLeading && !this.#mayRest()) {
          await client.query(await beatStatement(client, beats % RENEW_EVERY === 0))
          beats += 1
        }
        // The lock goes with a session that is idle for long.
        else if (isLeading) await client.query('select 1')
        backoff.reset()
        await pause(isLeading ? intervalMs : FOLLOW_EVERY_MS, signal)
      }
    } finally {
      if (isLeading) onEvent({ name: 'leading', isLeading: false })
      // The lock goes when the server sees the socket closed: at once.
      client.connection.stream.destroy()
    }
  }

  #mayRest(): boolean {
    const { restAfterMs } = this.#options
    return restAfterMs !== undefined && performance.now() - this.#wroteAt > restAfterMs
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(${LOCK}) as locked`,
  )
  return rows[0]?.locked === true
}

/** The row is there where there are subscribers, and may come and go while we beat. */
async function beatStatement(client: Client, renew: boolean): Promise<string> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('tidegate.tide') is not null as found`,
  )
  if (!rows[0]?.found) return BEAT
  return renew ? RENEW : BEAT_WITH_ROW
}
