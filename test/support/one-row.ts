import { Client } from 'pg'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'

/** The row of a statement that has exactly one. */
export async function oneRow<Row extends object = Record<string, unknown>>(
  asked: PostgresNode | Client,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row> {
  const rows =
    asked instanceof Client
      ? (await asked.query<Row>(statement, [...values])).rows
      : await asked.query<Row>(statement, values)
  const [row] = rows
  if (!row || rows.length > 1) throw new Error(`Expected one row, not ${rows.length}: ${statement}`)
  return row
}
