/**
 * What a replica's SQLSTATE says of a statement that was taken for a read. On a replica it has changed
 * nothing, because it ran READ ONLY.
 */

import type { NodeRole } from '../drivers/driver.ts'

/** The statement writes, or needs what only a primary has. */
const needsPrimary = new Set([
  '25006', // read_only_sql_transaction
  '0A000', // feature_not_supported: temporary and unlogged tables
  '55000', // object_not_in_prerequisite_state: «recovery is in progress»
  'XX000', // internal_error: large objects, logical messages
])

/** Replication by logical decoding carries no schema: what a subscriber lacks, home may have. */
const needsSchema = new Set([
  '42P01', // undefined_table
  '42703', // undefined_column
  '42883', // undefined_function
  '42704', // undefined_object
  '3F000', // invalid_schema_name
])

/** The node knows neither us nor our database: it is not set up as it was said to be. */
const notLetIn = new Set([
  '28000', // invalid_authorization_specification
  '28P01', // invalid_password
  '3D000', // invalid_catalog_name
])

/** The node is to blame, and another may do better. */
const tryElsewhere = new Set([
  ...notLetIn,
  '40001', // serialization_failure: «conflict with recovery»
  '40P01', // deadlock_detected: the same
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
])

/** `statement`: run it on the primary. `node`: try another. `undefined`: an error like any other. */
export function isRefusedByReplica(
  sqlState: string | undefined,
  role: NodeRole,
): 'statement' | 'node' | undefined {
  if (sqlState === undefined || role === 'primary') return undefined
  if (needsPrimary.has(sqlState)) return 'statement'
  if (role === 'subscriber' && needsSchema.has(sqlState)) return 'statement'
  return tryElsewhere.has(sqlState) ? 'node' : undefined
}

/** To ask it again and again would only cost time. */
export function isNotLetIn(sqlState: string | undefined): boolean {
  return sqlState !== undefined && notLetIn.has(sqlState)
}
