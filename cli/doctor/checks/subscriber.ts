/** What only a subscriber can have wrong: its subscription, and a schema that is not home's. */
import { escapeIdentifier } from 'pg'

import { type Finding, type NodeCheck, note, problem, some, warning } from '../check.ts'
import type { NodeSubject } from '../node-subject.ts'

interface SubscriptionRow {
  readonly name: string
  readonly enabled: boolean
  readonly working: boolean
  readonly slot: string | null
  readonly failover: boolean | null
  readonly copying: number
}

async function subscriptions(subject: NodeSubject): Promise<SubscriptionRow[]> {
  return await subject.ask<SubscriptionRow>(
    `select s.subname as name, s.subenabled as enabled, s.subslotname as slot,
       (to_jsonb(s) ->> 'subfailover')::boolean as failover,
       exists (select from pg_stat_subscription t where t.subid = s.oid and t.pid is not null)
         as working,
       (select count(*)::int from pg_subscription_rel r where r.srsubid = s.oid
         and r.srsubstate not in ('r', 's')) as copying
     from (select oid, subname, subenabled, subslotname, subdbid,
       to_jsonb(p) -> 'subfailover' as subfailover from pg_subscription p) s
     join pg_database d on d.oid = s.subdbid where d.datname = current_database()`,
  )
}

export const subscription: NodeCheck = {
  id: 'subscription',
  roles: ['subscriber'],
  async run(subject) {
    const rows = await subscriptions(subject)
    if (rows.length === 0) {
      return [
        problem(
          'there is no subscription',
          'Nothing of home comes here.',
          `create subscription tidegate connection '…' publication ${subject.config.publication} with (failover = true);`,
        ),
      ]
    }
    return rows.flatMap((row): Finding[] => {
      const name = escapeIdentifier(row.name)
      if (!row.enabled) {
        return [
          problem(
            `the subscription ${row.name} is disabled`,
            'Nothing of home comes here. Home keeps its WAL for it until then.',
            `alter subscription ${name} enable;`,
          ),
        ]
      }
      if (!row.working) {
        return [
          problem(
            `the subscription ${row.name} does not apply`,
            'It fails and starts again: a row that is here already, or a table or column that is not.',
            'See the log of this server, then: select * from pg_stat_subscription_stats;',
          ),
        ]
      }
      const findings: Finding[] = []
      if (row.copying > 0) {
        findings.push(
          warning(
            `the subscription ${row.name} still copies ${row.copying} tables`,
            'Answers from those are not cached, and may be short of rows.',
            'Wait until it is done.',
          ),
        )
      }
      if (row.failover === false) {
        findings.push(
          warning(
            `the slot of the subscription ${row.name} is not copied to standbys`,
            'After a failover it cannot go on: all tables have to be copied anew.',
            `alter subscription ${name} disable;\nalter subscription ${name} set (failover = true);\nalter subscription ${name} enable;`,
          ),
        )
      }
      return findings
    })
  },
}

const COLUMNS = `select format('%I.%I', p.schemaname, p.tablename) as table, a.attname as column
from pg_publication_tables p
join pg_class c on c.relname = p.tablename
join pg_namespace n on n.oid = c.relnamespace and n.nspname = p.schemaname
join pg_attribute a on a.attrelid = c.oid and a.attname = any(p.attnames)
where p.pubname = $1 order by 1, 2`

const HERE = `select t.name as table, a.attname as column
from unnest($1::text[]) as t(name)
join pg_attribute a on a.attrelid = to_regclass(t.name) and a.attnum > 0 and not a.attisdropped`

interface Column {
  readonly table: string
  readonly column: string
}

export const schemaDrift: NodeCheck = {
  id: 'schema-drift',
  roles: ['subscriber'],
  async run(subject) {
    if (!subject.home) throw new Error('The primary cannot be asked')
    const published = await subject.home.ask<Column>(COLUMNS, [subject.config.publication])
    const tables = [...new Set(published.map(({ table }) => table))]
    const here = await subject.ask<Column>(HERE, [tables])
    const known = new Set(here.map(({ table, column }) => `${table}\0${column}`))
    const withColumns = new Set(here.map(({ table }) => table))
    const absent = tables.filter((table) => !withColumns.has(table))
    const columns = published
      .filter(({ table, column }) => withColumns.has(table) && !known.has(`${table}\0${column}`))
      .map(({ table, column }) => `${table}.${column}`)
    const missing = [...absent, ...columns]
    if (missing.length === 0) return []
    return [
      problem(
        `home publishes and this node lacks: ${some(missing)}`,
        'The first change there stops replication: it goes on only when both have the same schema.',
        'Run the same migration here, then: alter subscription … refresh publication;',
      ),
    ]
  },
}

export const sequences: NodeCheck = {
  id: 'sequences',
  roles: ['subscriber'],
  async run(subject) {
    if (!subject.home) throw new Error('The primary cannot be asked')
    const query = `select format('%I.%I', schemaname, sequencename) as name,
      coalesce(last_value, 0)::text as value from pg_sequences`
    type Row = { readonly name: string; readonly value: string }
    const here = new Map(
      (await subject.ask<Row>(query)).map(({ name, value }) => [name, BigInt(value)]),
    )
    const behind = (await subject.home.ask<Row>(query))
      .filter(({ name, value }) => (here.get(name) ?? BigInt(value)) < BigInt(value))
      .map(({ name }) => name)
    if (behind.length === 0) return []
    return [
      note(
        `sequences are behind those of home: ${some(behind)}`,
        'Replication does not carry them. Once this node takes writes, numbers come twice.',
        'Before it does: select setval(…) for each, with the values of home.',
      ),
    ]
  },
}
