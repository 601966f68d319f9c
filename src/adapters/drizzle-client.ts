/** `sql` in the shape that Drizzle's session for Neon calls. */
import { types as neonTypes } from '@neondatabase/serverless'
import type { NeonHttpClient } from 'drizzle-orm/neon-http'

import { withMetadata } from '../client/metadata.ts'
import type { Sql } from '../client/sql.ts'
import type { FullResult, TypeParsers } from '../drivers/decode.ts'

/**
 * date, timestamp, timestamptz, interval, and arrays of these and of numeric: columns of Drizzle parse
 * their text themselves. Its own driver tells this to Neon's parsers for the whole app; here it holds
 * for the queries of Drizzle only.
 */
const asText = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231])

/** A statement of a batch, not sent yet, and the shape in which Drizzle wants its rows. */
interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  readonly arrayMode: boolean
}

interface Shape {
  readonly arrayMode?: boolean
}

export function createDrizzleClient(sql: Sql, parsers: TypeParsers = neonTypes): NeonHttpClient {
  const types: TypeParsers = {
    getTypeParser: (oid) => (asText.has(oid) ? (text) => text : parsers.getTypeParser(oid)),
  }

  function query(text: string, params: readonly unknown[], { arrayMode = false }: Shape): object {
    const promise = sql.query(text, params, { types, arrayMode, fullResults: true })
    const statement: Statement = { text, params, arrayMode }
    return Object.assign(promise, { statement })
  }

  async function transaction(
    queries: readonly { readonly statement: Statement }[],
  ): Promise<readonly FullResult<unknown>[]> {
    const results = await sql.transaction(
      queries.map(({ statement: { text, params } }) => sql.query(text, params)),
      { types, arrayMode: true, fullResults: true },
    )
    return results.map((result, index) => {
      return queries[index]?.statement.arrayMode ? result : toObjects(result, results.tide)
    })
  }

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of it that the session calls
  return { query, transaction } as unknown as NeonHttpClient
}

/** All of a transaction comes as arrays, but rows of `db.execute` are objects. */
function toObjects(
  { fields, rows, command, rowCount }: FullResult<readonly unknown[]>,
  tide: Parameters<typeof withMetadata>[1],
): FullResult<unknown> {
  const objects = rows.map((row) =>
    Object.fromEntries(fields.map(({ name }, index): [string, unknown] => [name, row[index]])),
  )
  const result = { fields, command, rowCount, rowAsArray: false, rows: objects }
  return withMetadata(result, tide)
}
