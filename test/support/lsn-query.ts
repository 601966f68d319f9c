import type { Client } from 'pg'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { type Lsn, parseLsn } from '../../src/tide/lsn.ts'
import { oneRow } from './one-row.ts'

/** Asks for one position, by the function or expression that gives it. */
export async function lsnOf(asked: PostgresNode | Client, expression: string): Promise<Lsn> {
  const { lsn } = await oneRow<{ lsn: string }>(asked, `select (${expression}) as lsn`)
  return parseLsn(lsn)
}
