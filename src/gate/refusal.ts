/**
 * What a replica's SQLSTATE says of a statement that was taken for a read. On a replica it has changed
 * nothing, because it ran READ ONLY.
 */

/** The statement writes, or needs what only a primary has. */
const needsPrimary = new Set([
  '25006', // read_only_sql_transaction
  '0A000', // feature_not_supported: temporary and unlogged tables
  '55000', // object_not_in_prerequisite_state: «recovery is in progress»
  'XX000', // internal_error: large objects, logical messages
])

/** The node is to blame, and another may do better. */
const tryElsewhere = new Set([
  '40001', // serialization_failure: «conflict with recovery»
  '40P01', // deadlock_detected: the same
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
])

/** `statement`: run it on the primary. `node`: try another. `undefined`: an error like any other. */
export function isRefusedByReplica(sqlState: string | undefined): 'statement' | 'node' | undefined {
  if (sqlState === undefined) return undefined
  if (needsPrimary.has(sqlState)) return 'statement'
  return tryElsewhere.has(sqlState) ? 'node' : undefined
}
