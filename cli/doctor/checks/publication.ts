/** What the primary publishes. */
import { escapeIdentifier } from 'pg'

import { type Finding, type NodeCheck, problem, some, warning } from '../check.ts'
import { USER_TABLES } from '../user-tables.ts'

interface PublicationRow {
  readonly all: boolean
  readonly root: boolean
  readonly missing: readonly string[]
}

export const publication: NodeCheck = {
  id: 'publication',
  roles: ['primary'],
  async run(subject) {
    const { config } = subject
    const name = escapeIdentifier(config.publication)
    const [row] = await subject.ask<PublicationRow>(
      `select puballtables as all, pubviaroot as root, array_remove(array[
         case when not pubinsert then 'insert' end, case when not pubupdate then 'update' end,
         case when not pubdelete then 'delete' end, case when not pubtruncate then 'truncate' end],
         null) as missing
       from pg_publication where pubname = $1`,
      [config.publication],
    )
    if (!row) {
      return [
        problem(
          `there is no publication ${config.publication}`,
          'Nothing tells consumers what changed. PostgreSQL 18 streams from one that is missing as if nothing had.',
          'tidegate setup --apply',
        ),
      ]
    }
    const findings: Finding[] = []
    if (row.root) {
      findings.push(
        problem(
          `${config.publication} publishes partitions as their root`,
          'The TRUNCATE of a partition is then silent, and answers from it would stay in the cache.',
          `alter publication ${name} set (publish_via_partition_root = false);`,
        ),
      )
    }
    if (row.missing.length > 0) {
      findings.push(
        problem(
          `${config.publication} does not publish ${row.missing.join(', ')}`,
          'Answers that such a change makes wrong would stay in the cache.',
          `alter publication ${name} set (publish = 'insert, update, delete, truncate');`,
        ),
      )
    }
    return findings
  },
}

export const unpublishedTables: NodeCheck = {
  id: 'unpublished-tables',
  roles: ['primary'],
  async run(subject) {
    const { config } = subject
    const rows = await subject.ask<{ name: string }>(
      `select t.name from (${USER_TABLES}) t
       where exists (select from pg_publication where pubname = $1) and t.persistence = 'p'
         and t.kind = 'r' and not exists (select from pg_publication_tables p
           where p.pubname = $1 and p.schemaname = t.schema and p.tablename = t.table)
       order by 1`,
      [config.publication],
    )
    const names = rows.map(({ name }) => name)
    if (names.length === 0) return []
    return [
      warning(
        `not published: ${some(names)}`,
        'Their changes do not reach the consumers, so no answer from them is cached; a subscriber lacks their rows.',
        `alter publication ${escapeIdentifier(config.publication)} add table ${names.join(', ')};`,
      ),
    ]
  },
}

export const filteredTables: NodeCheck = {
  id: 'filtered-tables',
  roles: ['primary'],
  async run(subject) {
    const { config } = subject
    const rows = await subject.ask<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name
       from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
       join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
       where p.pubname = $1 and (r.prqual is not null or r.prattrs is not null) order by 1`,
      [config.publication],
    )
    const names = rows.map(({ name }) => name)
    if (names.length === 0) return []
    return [
      warning(
        `only some rows or columns are published of ${some(names)}`,
        'Changes to the others do not reach the consumers, so no answer from these tables is cached.',
        names
          .map(
            (name) =>
              `alter publication ${escapeIdentifier(config.publication)} drop table ${name};
alter publication ${escapeIdentifier(config.publication)} add table ${name};`,
          )
          .join('\n'),
      ),
    ]
  },
}

export const replicaIdentity: NodeCheck = {
  id: 'replica-identity',
  roles: ['primary'],
  async run(subject) {
    const { config } = subject
    const rows = await subject.ask<{ name: string }>(
      `select t.name from (${USER_TABLES}) t
       join pg_publication_tables p on p.schemaname = t.schema and p.tablename = t.table
       join pg_class c on c.oid = t.oid
       where p.pubname = $1 and (c.relreplident = 'n'
         or c.relreplident = 'd' and not exists (
           select from pg_index i where i.indrelid = c.oid and i.indisprimary)
         or c.relreplident = 'i' and not exists (
           select from pg_index i where i.indrelid = c.oid and i.indisreplident))
       order by 1`,
      [config.publication],
    )
    const names = rows.map(({ name }) => name)
    if (names.length === 0) return []
    return [
      problem(
        `nothing identifies the rows of ${some(names)}`,
        'They are published, so Postgres refuses every UPDATE and DELETE of them.',
        names
          .map((name) => `alter table ${name} replica identity full;  -- or give it a primary key`)
          .join('\n'),
      ),
    ]
  },
}

export const keyColumns: NodeCheck = {
  id: 'key-columns',
  roles: ['primary'],
  async run(subject) {
    const { config } = subject
    const findings = await Promise.all(
      Object.entries(config.keys).map(async ([table, columns]): Promise<Finding[]> => {
        const rows = await subject.ask<{ name: string; kept: boolean }>(KEY_COLUMNS, [
          table,
          columns,
        ])
        const dull = rows.filter(({ kept }) => !kept).map(({ name }) => name)
        const found = columns
          .filter((column) => !rows.some(({ name }) => name === column))
          .map((column) =>
            problem(
              `keys names ${table}.${column}, which there is not`,
              'No row is tagged by it.',
              'Correct keys in the configuration.',
            ),
          )
        if (dull.length === 0) return found
        found.push(
          warning(
            `the WAL does not carry old values of ${table}.${dull.join(', ')}`,
            'Each UPDATE or DELETE there stands for every row of the table: few cached answers live long.',
            `alter table ${table} replica identity full;`,
          ),
        )
        return found
      }),
    )
    return findings.flat()
  },
}

const KEY_COLUMNS = `select a.attname as name,
  c.relreplident = 'f' or exists (select from pg_index i where i.indrelid = c.oid
    and a.attnum = any(i.indkey)
    and case when c.relreplident = 'd' then i.indisprimary else i.indisreplident end) as kept
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.oid = to_regclass($1) and a.attname = any($2) and not a.attisdropped`
