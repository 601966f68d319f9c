/** A statement that has taken its snapshot and goes on later: a race, won at will. */
import type { Client } from 'pg'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'

const KEY = 7_1984

/** A FROM item that makes its statement wait; a statement's snapshot is older than its rows. */
export const HELD = `(select pg_advisory_lock_shared(${KEY}) offset 0) as held`

/** Runs `meanwhile` between the moment of the statement's snapshot and that of its rows. */
export async function runHeld<Row extends object>(
  node: PostgresNode,
  client: Client,
  statement: string,
  meanwhile: () => Promise<void>,
): Promise<Row[]> {
  const holder = await node.connect()
  await holder.query(`select pg_advisory_lock(${KEY})`)
  const answer = client.query<Row>(statement)
  try {
    await until('the statement to hold', async () => {
      const waiting = await node.query(
        `select from pg_locks where locktype = 'advisory' and objid = $1 and not granted`,
        [KEY],
      )
      return waiting.length > 0
    })
    await meanwhile()
  } finally {
    await holder.end()
  }
  const { rows } = await answer
  await client.query(`select pg_advisory_unlock_shared(${KEY})`)
  return rows
}
