/**
 * What Tidegate keeps in a database: a publication, a schema of its own with the heartbeat's row, and
 * an event trigger that tells of DDL in the order of the WAL. Pure text, so that it can be shown
 * before it is run. Each statement can be run again.
 */
import { escapeIdentifier, escapeLiteral } from 'pg'

import { DDL_PREFIX } from '../tags/transaction-reader.ts'

export interface SetupOptions {
  /** @default 'tidegate' */
  readonly publication?: string | undefined
  /** `schema.table` as SQL has it. @default all tables */
  readonly tables?: readonly string[] | undefined
  /** Needs a superuser, or what the platform gives in its place. @default true */
  readonly ddlMessages?: boolean | undefined
  /** A subscriber has its row from home: there it is not made anew. @default 'primary' */
  readonly on?: 'primary' | 'subscriber' | undefined
}

export const DEFAULT_PUBLICATION = 'tidegate'

export function setupSql(options: SetupOptions = {}): readonly string[] {
  const { publication = DEFAULT_PUBLICATION, tables, ddlMessages = true, on = 'primary' } = options
  const name = escapeIdentifier(publication)
  // Leaves are published by their own names: a leaf's TRUNCATE is silent otherwise.
  const what = tables ? `table tidegate.tide, ${tables.join(', ')}` : 'all tables'
  return [
    'create schema if not exists tidegate',
    `create table if not exists tidegate.tide (one boolean primary key default true check (one),
  lsn pg_lsn not null, at timestamptz not null, timeline integer not null)`,
    ...(on === 'primary'
      ? [
          `insert into tidegate.tide (lsn, at, timeline)
  select '0/0', 'epoch', 0 where not exists (select from tidegate.tide)`,
        ]
      : []),
    `do $$ begin
  if not exists (select from pg_publication where pubname = ${escapeLiteral(publication)}) then
    create publication ${name} for ${what} with (publish_via_partition_root = false);
  end if;
end $$`,
    ...(ddlMessages ? ddlSql : []),
  ]
}

/** The opposite, in the opposite order. Slots are dropped by their own command, before this. */
export function undoSql({
  publication = DEFAULT_PUBLICATION,
}: SetupOptions = {}): readonly string[] {
  return [
    'drop event trigger if exists tidegate_ddl',
    'drop event trigger if exists tidegate_drop',
    `drop publication if exists ${escapeIdentifier(publication)}`,
    'drop schema if exists tidegate cascade',
  ]
}

/** What is done to temporary objects concerns their session alone, and happens all the time. */
const ddlSql: readonly string[] = [
  `create or replace function tidegate.tell_ddl() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  -- Of these no answer changes that a table's own changes do not tell, or none is cached.
  if tg_tag in ('REFRESH MATERIALIZED VIEW', 'CREATE INDEX', 'REINDEX', 'COMMENT') then
    return;
  end if;
  if tg_event = 'sql_drop' then
    if not exists (select from pg_event_trigger_dropped_objects() where not is_temporary) then
      return;
    end if;
  -- Of what was dropped the other trigger has told.
  elsif tg_tag like 'DROP %' then
    return;
  elsif exists (select from pg_event_trigger_ddl_commands())
    and not exists (select from pg_event_trigger_ddl_commands()
      where schema_name is distinct from 'pg_temp') then
    return;
  end if;
  perform pg_logical_emit_message(true, ${escapeLiteral(DDL_PREFIX)}, tg_tag);
end $$`,
  'drop event trigger if exists tidegate_ddl',
  `create event trigger tidegate_ddl on ddl_command_end execute function tidegate.tell_ddl()`,
  'drop event trigger if exists tidegate_drop',
  `create event trigger tidegate_drop on sql_drop execute function tidegate.tell_ddl()`,
]
