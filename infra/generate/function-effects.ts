/**
 * Decides what calling each of PostgreSQL's own functions does. `pg_proc` says which are volatile;
 * the lists here are what a person has decided on top of that, and every volatile function must be in
 * one of them: a new one fails the generator and a test until somebody has.
 */
import type { Client } from 'pg'

import type { Effect } from '../../src/sql/effect.ts'
import { wordMarks } from '../../src/sql/functions.ts'

export interface BuiltinFunction {
  readonly name: string
  /** The worst among its overloads. */
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** No overload is there to be called by name: operators' own functions, input, output, handlers. */
  readonly internal: boolean
  /** Only those may call it to whom an administrator has given it. */
  readonly restricted: boolean
}

export async function readBuiltins(client: Pick<Client, 'query'>): Promise<BuiltinFunction[]> {
  const { rows } = await client.query<BuiltinFunction>(`
    with support as (
      select unnest(array[oprcode, oprrest, oprjoin]::oid[]) as oid from pg_operator
      union select amproc from pg_amproc
      union select unnest(array[rngcanonical, rngsubdiff]::oid[]) from pg_range
      union select unnest(array[typanalyze, typsubscript]::oid[]) from pg_type
      union select unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn,
                                aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) from pg_aggregate)
    select proname as name,
           (array['immutable', 'stable', 'volatile'])[max(position(provolatile::text in 'isv'))]
             as volatility,
           bool_and(
             'internal'::regtype = any (proargtypes::oid[])
             or 'cstring'::regtype = any (proargtypes::oid[])
             or prorettype::regtype::text ~ '^(internal|cstring|trigger|event_trigger)$|_handler$'
             or coalesce(obj_description(p.oid, 'pg_proc'), '')
                  ~ '^(implementation of|less-equal-greater)'
             or proname ~ '(recv|send|typmodin|_accum|_accum_inv|_combine|larger|smaller)$'
             or p.oid in (select oid from support)
           ) as internal,
           bool_and(not exists (
             select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0
           )) as restricted
    from pg_proc p
    where pronamespace = 'pg_catalog'::regnamespace
    group by proname
    order by proname collate "C"`)
  return rows
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Behind an operator or an index, and yet called by name: documented so, or where a driver takes `?`
 * for itself, or to make a lock's number of a text.
 */
const calledByName =
  words(`array_append array_prepend bound_box hashtext hashtextextended inet_merge
  inet_same_family json_extract_path json_extract_path_text jsonb_contained jsonb_contains jsonb_exists
  jsonb_exists_all jsonb_exists_any jsonb_extract_path jsonb_extract_path_text like notlike
  starts_with`)

/**
 * Stable only because a type's output, or a setting of the database or role (TimeZone, DateStyle,
 * default_text_search_config), has a say. Over HTTP no request can change such a setting.
 */
const stableBySettings = words(`array_to_json array_to_string concat concat_ws convert convert_from
  convert_to date date_add date_part date_subtract date_trunc extract format generate_series in_range
  json_agg json_agg_strict json_build_array json_build_object json_object_agg json_object_agg_strict
  json_object_agg_unique json_object_agg_unique_strict json_populate_record json_populate_recordset
  json_to_record json_to_recordset json_to_tsvector jsonb_agg jsonb_agg_strict jsonb_build_array
  jsonb_build_object jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
  jsonb_object_agg_unique_strict jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_array_tz
  jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record jsonb_populate_record_valid
  jsonb_populate_recordset jsonb_to_record jsonb_to_recordset jsonb_to_tsvector length
  make_timestamptz numeric overlaps phraseto_tsquery plainto_tsquery quote_literal quote_nullable
  row_to_json time timestamp timestamptz timetz timezone to_char to_date to_json to_jsonb to_number
  to_timestamp to_tsquery to_tsvector ts_headline websearch_to_tsquery`)

/** Volatile, and harmless on a standby. */
const volatileReads = words(`amvalidate array_sample array_shuffle bernoulli clock_timestamp
  current_query currtid2 gen_random_uuid lo_get pg_collation_actual_version
  pg_database_collation_actual_version pg_database_size pg_get_multixact_members
  pg_get_sequence_data pg_get_wait_events pg_indexes_size pg_partition_ancestors pg_partition_tree
  pg_relation_size pg_sequence_last_value pg_sleep pg_sleep_for pg_sleep_until pg_table_size
  pg_tablespace_size pg_total_relation_size pg_xact_commit_timestamp pg_xact_commit_timestamp_origin
  pg_xact_status random random_normal setseed system timeofday txid_status uuidv4 uuidv7`)

/** Reads, of whatever volatility, whose answer is about the server, its files or its processes. */
const localReads = words(`inet_client_addr inet_client_port inet_server_addr inet_server_port
  pg_available_extension_versions pg_available_extensions pg_available_wal_summaries pg_backend_pid
  pg_blocking_pids pg_conf_load_time pg_config pg_control_checkpoint pg_control_init
  pg_control_recovery pg_control_system pg_current_logfile pg_current_snapshot
  pg_current_xact_id_if_assigned pg_get_aios pg_get_backend_memory_contexts pg_get_loaded_modules
  pg_get_replication_slots pg_get_shmem_allocations pg_get_shmem_allocations_numa
  pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_get_wal_summarizer_state
  pg_hba_file_rules pg_ident_file_mappings pg_is_in_recovery pg_is_wal_replay_paused
  pg_isolation_test_session_is_blocked pg_jit_available pg_last_committed_xact
  pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status
  pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir pg_ls_logicalmapdir pg_ls_logicalsnapdir
  pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir pg_notification_queue_usage
  pg_numa_available pg_postmaster_start_time pg_prepared_xact pg_read_binary_file pg_read_file
  pg_relation_filepath pg_safe_snapshot_blocking_pids pg_show_all_file_settings pg_show_all_settings
  pg_show_replication_origin_status pg_stat_file pg_stat_have_stats pg_tablespace_location
  pg_wal_summary_contents txid_current_if_assigned txid_current_snapshot`)
const localPattern = /^pg_stat_get_/

/** Belong to one connection: its last sequence value, its locks, its settings, its open objects. */
const sessionBound = words(`currval lastval lo_close lo_lseek lo_lseek64 lo_open lo_tell lo_tell64
  loread pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
  pg_advisory_unlock_shared pg_cursor pg_export_snapshot pg_listening_channels
  pg_prepared_statement pg_try_advisory_lock pg_try_advisory_lock_shared set_config`)

/**
 * Change something, wait for something or answer on the primary only. `*_to_xml` with a query, like
 * `ts_stat` and `ts_rewrite`, run SQL that they are given as text.
 */
const writes = words(`brin_desummarize_range brin_summarize_new_values brin_summarize_range
  cursor_to_xml cursor_to_xmlschema gin_clean_pending_list lo_creat lo_create lo_export
  lo_from_bytea lo_import lo_put lo_truncate lo_truncate64 lo_unlink lowrite nextval
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_backup_start pg_backup_stop
  pg_cancel_backend pg_clear_attribute_stats pg_clear_relation_stats
  pg_copy_logical_replication_slot pg_copy_physical_replication_slot
  pg_create_logical_replication_slot pg_create_physical_replication_slot pg_create_restore_point
  pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn pg_drop_replication_slot
  pg_extension_config_dump pg_import_system_collations pg_log_backend_memory_contexts
  pg_log_standby_snapshot pg_logical_emit_message pg_logical_slot_get_binary_changes
  pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes
  pg_nextoid pg_notify pg_promote pg_reload_conf pg_replication_slot_advance
  pg_restore_attribute_stats pg_restore_relation_stats pg_rotate_logfile pg_stat_clear_snapshot
  pg_stat_force_next_flush pg_stop_making_pinned_objects pg_switch_wal pg_sync_replication_slots
  pg_terminate_backend pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
  pg_wal_replay_pause pg_wal_replay_resume plpgsql_validator query_to_xml query_to_xml_and_xmlschema
  query_to_xmlschema setval ts_rewrite ts_stat`)
const writePattern = /^(binary_upgrade|pg_replication_origin|pg_stat_reset)_?/

/**
 * Not volatile, and yet not for a standby: they take a transaction id, name WAL files, or query all
 * that a schema has, views that write included.
 */
const notVolatileWrites =
  words(`database_to_xml database_to_xml_and_xmlschema pg_current_xact_id pg_event_trigger_ddl_commands
  pg_event_trigger_dropped_objects pg_event_trigger_table_rewrite_oid
  pg_event_trigger_table_rewrite_reason pg_replication_origin_oid pg_walfile_name
  pg_walfile_name_offset schema_to_xml schema_to_xml_and_xmlschema table_to_xml
  table_to_xml_and_xmlschema txid_current`)

/** `undefined` for functions that are refused without a word: nobody calls them by name. */
export function effectOf(builtin: BuiltinFunction): Effect | undefined {
  const { name, volatility, internal } = builtin
  if (writes.has(name) || notVolatileWrites.has(name) || writePattern.test(name)) return 'write'
  if (sessionBound.has(name)) return 'session'
  if (localReads.has(name) || localPattern.test(name)) return 'local'
  if (volatileReads.has(name)) return 'read'
  if (internal && !calledByName.has(name)) return undefined
  if (volatility === 'volatile') {
    throw new Error(
      `${name} is volatile and in none of the lists of infra/generate/function-effects.ts`,
    )
  }
  return volatility === 'immutable' || stableBySettings.has(name) ? 'cacheable' : 'read'
}

/**
 * Not in the table, because each name there is a few bytes in every app's bundle: what no app calls by
 * name, but views, dumps and PostgreSQL itself do (what its parser makes of syntax, as `like_escape`, is
 * in the table). Whoever calls one goes to the primary, as with
 * every function that is not known.
 */
const uncalled = words(`abbrev acldefault aclexplode acosd amvalidate asind atan2d atand
  bound_box cash_words cosd cotd currtid2 dexp diagonal dlog1 dlog10 dround dtrunc erf erfc
  family fmgr_c_validator fmgr_internal_validator fmgr_sql_validator gamma get_current_ts_config
  getdatabaseencoding getpgusername has_foreign_data_wrapper_privilege has_language_privilege
  has_largeobject_privilege has_parameter_privilege has_server_privilege has_tablespace_privilege
  has_type_privilege hostmask icu_unicode_version int4inc int8_sum isclosed ishorizontal isopen
  isparallel isperp isvertical jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_array_tz
  jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record_valid lgamma
  macaddr8_set7bit makeaclitem masklen mxid_age name nameconcatoid npoints numeric_div_trunc
  numeric_exp numeric_inc numeric_ln numeric_log numeric_sqrt numnode oid oidvectortypes pclose
  pg_available_extension_versions pg_available_extensions pg_available_wal_summaries
  pg_char_to_encoding pg_collation_actual_version pg_collation_is_visible pg_column_compression
  pg_column_is_updatable pg_column_toast_chunk_id pg_control_checkpoint pg_control_init
  pg_control_recovery pg_control_system pg_conversion_is_visible
  pg_database_collation_actual_version pg_encoding_max_length
  pg_encoding_to_char pg_extension_update_paths pg_filenode_relation pg_get_acl pg_get_aios
  pg_get_catalog_foreign_keys pg_get_function_arg_default pg_get_function_identity_arguments
  pg_get_function_result pg_get_function_sqlbody pg_get_keywords pg_get_loaded_modules
  pg_get_multixact_members pg_get_partition_constraintdef pg_get_partkeydef
  pg_get_publication_tables pg_get_replica_identity_index pg_get_replication_slots pg_get_ruledef
  pg_get_sequence_data pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
  pg_get_statisticsobjdef_expressions pg_get_wait_events pg_get_wal_replay_pause_state
  pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_identify_object
  pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
  pg_indexam_has_property pg_indexam_progress_phasename pg_input_error_info
  pg_is_other_temp_schema pg_isolation_test_session_is_blocked pg_jit_available
  pg_last_committed_xact pg_lock_status pg_lsn pg_mcv_list_items pg_my_temp_schema
  pg_notification_queue_usage pg_numa_available pg_opclass_is_visible pg_operator_is_visible
  pg_opfamily_is_visible pg_options_to_table pg_prepared_xact pg_relation_filenode
  pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable
  pg_safe_snapshot_blocking_pids pg_sequence_parameters pg_settings_get_flags
  pg_show_all_settings pg_snapshot_xip pg_split_walfile_name pg_statistics_obj_is_visible
  pg_tablespace_databases pg_tablespace_location pg_tablespace_size pg_timezone_abbrevs_abbrevs
  pg_timezone_abbrevs_zone pg_trigger_depth pg_ts_config_is_visible pg_ts_dict_is_visible
  pg_ts_parser_is_visible pg_ts_template_is_visible pg_wal_summary_contents
  pg_xact_commit_timestamp_origin plpgsql_validator popen postgresql_fdw_validator querytree
  row_security_active satisfies_hash_partition set_masklen shobj_description sind slope tand
  textlen to_regcollation to_regoper to_regoperator to_regtypemod ts_debug ts_filter
  ts_parse ts_token_type txid_visible_in_snapshot unicode_assigned unicode_version
  xml_is_well_formed_content xml_is_well_formed_document xmlconcat2 xmlvalidate`)
const uncalledPattern =
  /^(?:binary_upgrade|pg_event_trigger|txid_snapshot|pg_(?:restore|clear)_\w+_stats|\w+_to_xmlschema$)|_slot(?:_|$)/

/** What the table holds of a function; `undefined` if the function is not in it. */
export function listedEffect(builtin: BuiltinFunction): Effect | undefined {
  const { name, restricted } = builtin
  const effect = effectOf(builtin)
  if (uncalled.has(name) || uncalledPattern.test(name) || localPattern.test(name)) return undefined
  return restricted && (effect === 'local' || effect === 'write') ? undefined : effect
}

const effects: readonly Effect[] = ['cacheable', 'read', 'local', 'session', 'write']

/**
 * Each name as the mark for how many of its words it shares with the one before, and its other words:
 * `,json_agg array_length(elements`.
 */
function pack(names: readonly string[]): string {
  let before: readonly string[] = []
  const packed = names.map((name) => {
    const parts = name.split('_')
    let shared = 0
    while (shared < parts.length - 1 && parts[shared] === before[shared]) shared += 1
    before = parts
    return (wordMarks[shared] ?? '') + parts.slice(shared).join('_')
  })
  return packed.join('')
}

/** The checked-in table's text. */
export function renderTable(builtins: readonly BuiltinFunction[], version: string): string {
  const listed = effects.map((effect) => builtins.filter((one) => listedEffect(one) === effect))
  const planned = listed[4]?.filter(({ volatility }) => volatility !== 'volatile') ?? []
  const groups = [...listed.slice(0, 4), listed[4]?.filter((one) => !planned.includes(one)) ?? []]
  const lines = [...groups, planned].map((group) => `  '${pack(group.map(({ name }) => name))}',\n`)
  return `/**
 * Made by \`npm run generate\` from the pg_proc of PostgreSQL ${version}. Not edited by hand.
 *
 * In each line the functions of one effect, in the order of \`Effect\`; in the last those writes that
 * the planner may call to estimate, EXPLAIN or not, because they are not volatile. The mark before a
 * name says how many words, cut at \`_\`, it shares with the one before: see \`wordMarks\`.
 */
export const builtinFunctions: readonly string[] = [
${lines.join('')}]
`
}

/** Names in the lists that the server does not have: slips of the pen, or gone from this version. */
export function unknownNames(builtins: readonly BuiltinFunction[]): string[] {
  const known = new Set(builtins.map(({ name }) => name))
  const listed = [calledByName, stableBySettings, volatileReads, localReads, sessionBound, writes]
  return [...listed, notVolatileWrites, uncalled]
    .flatMap((list) => Array.from(list))
    .filter((name) => !known.has(name))
}
