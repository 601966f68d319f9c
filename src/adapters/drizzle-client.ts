/** `sql` in the shape that Drizzle's session for Neon calls. */
import { types as neonTypes } from '@neondatabase/serverless'
import type { NeonHttpClient } from 'drizzle-orm/neon-http'

import type { QueryPromise } from '../client/query-promise.ts'
import type { Sql } from '../client/sql.ts'
import type { TypeParsers } from '../drivers/decode.ts'

/**
 * date, timestamp, timestamptz, interval, and arrays of these and of numeric: columns of Drizzle parse
 * their text themselves. Its own driver tells this to Neon's parsers for the whole app; here it holds
 * for the queries of Drizzle only.
 */
const asText = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231])

interface Shape {
  readonly arrayMode?: boolean
}

export function createDrizzleClient(sql: Sql, parsers: TypeParsers = neonTypes): NeonHttpClient {
  const types: TypeParsers = {
    getTypeParser: (oid) => (asText.has(oid) ? (text) => text : parsers.getTypeParser(oid)),
  }
  const client = {
    query(text: string, params: readonly unknown[], { arrayMode = false }: Shape) {
      return sql.query(text, params, { types, arrayMode, fullResults: true })
    },
    async transaction(queries: readonly QueryPromise<unknown>[]) {
      return await sql.transaction(queries)
    },
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of it that the session calls
  return client as unknown as NeonHttpClient
}
