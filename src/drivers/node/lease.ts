/** A connection of a pool for the length of one work, given up when the caller's signal says so. */
import type { Pool, PoolClient } from 'pg'

import type { Query, RawResult } from '../driver.ts'
import { rawTypes } from '../raw-types.ts'

export interface Connection {
  /**
   * Sends all at once. Resolves with all results or rejects with the first error; both only once
   * every statement has been answered, so that nothing is in flight when the connection goes back.
   */
  send(
    queries: readonly Query[],
    onResult?: (result: RawResult, index: number) => void,
  ): Promise<RawResult[]>
}

export function statement(text: string): Query {
  return { text, params: [] }
}

async function sendAll(
  client: PoolClient,
  queries: readonly Query[],
  onResult?: (result: RawResult, index: number) => void,
): Promise<RawResult[]> {
  const outcomes = await Promise.allSettled(
    queries.map(async ({ text, params }, index) => {
      // The simple protocol would take several statements in one text, with no values.
      const config = {
        text,
        values: [...params],
        rowMode: 'array' as const,
        types: rawTypes,
        queryMode: 'extended',
      }
      const { fields, rows, command, rowCount } = await client.query<(string | null)[]>(config)
      const result = { fields, rows, command, rowCount }
      onResult?.(result, index)
      return result
    }),
  )
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

function whenAborted(signal: AbortSignal): { promise: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  // Nobody listens once the work has ended.
  promise.catch(() => {})
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) }
}

/** Ends what the server still does for us; its connection is closed already, so nobody waits for it. */
function cancel(pool: Pool, processId: unknown): void {
  if (typeof processId !== 'number') return
  pool.query('select pg_cancel_backend($1)', [processId]).catch(() => {
    // It would have been a courtesy: the server finds out by itself when it writes to the socket.
  })
}

/** @param onSent called as soon as something may have reached the node. */
export async function withConnection<T>(
  pool: Pool,
  signal: AbortSignal,
  onSent: () => void,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const abort = whenAborted(signal)
  const connecting = pool.connect()
  let client: PoolClient
  try {
    client = await Promise.race([connecting, abort.promise])
  } catch (error) {
    abort.forget()
    connecting.then(
      (late) => late.release(),
      () => {},
    )
    throw error
  }
  // Closed if anything may be in flight or open on it: no transaction leaks to the next work.
  const release = (): void => {
    client.release(signal.aborted || client.getTransactionStatus() !== 'I')
  }
  try {
    const connection: Connection = {
      async send(queries, onResult) {
        onSent()
        return await sendAll(client, queries, onResult)
      },
    }
    const result = await Promise.race([work(connection), abort.promise])
    release()
    return result
  } catch (error) {
    release()
    if (signal.aborted && 'processID' in client) cancel(pool, client.processID)
    throw error
  } finally {
    abort.forget()
  }
}
