import type { TableName } from './names.ts'

/** PostgreSQL's own: changes to them raise no tags. Unqualified names are looked up there first. */
export function isSystemRelation({ schema, name }: TableName): boolean {
  // A look at the first letter spares most names the comparison.
  if (schema === undefined) return name.charCodeAt(0) === 112 && name.startsWith('pg_')
  return schema === 'pg_catalog' || schema === 'information_schema' || schema === 'pg_toast'
}

const localViews = new Set(
  `pg_aios pg_available_extensions pg_available_extension_versions pg_backend_memory_contexts pg_config
  pg_cursors pg_file_settings pg_hba_file_rules pg_ident_file_mappings pg_locks pg_prepared_statements
  pg_prepared_xacts pg_replication_origin_status pg_replication_slots pg_settings pg_shmem_allocations
  pg_shmem_allocations_numa`.split(/\s+/),
)

/** Views of the server they are read on, not of the database. */
export function isLocalRelation({ name }: TableName): boolean {
  if (!name.startsWith('pg_')) return false
  if (name.startsWith('pg_stat_') || name.startsWith('pg_statio_')) return true
  return localViews.has(name)
}
