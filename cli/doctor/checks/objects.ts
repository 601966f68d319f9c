/** What Tidegate keeps in a database: the heartbeat's row, and the trigger that tells of DDL. */
import { formatMs } from '../../terminal/units.ts'
import { type NodeCheck, problem, some, warning } from '../check.ts'

const SILENT_MS = 30_000

export const heartbeatTable: NodeCheck = {
  id: 'heartbeat-table',
  roles: ['primary', 'subscriber'],
  async run(subject) {
    const { there } = await subject.askOne<{ there: boolean }>(
      `select to_regclass('tidegate.tide') is not null as there`,
    )
    if (!there) {
      return [
        problem(
          'there is no table tidegate.tide',
          'A subscriber cannot tell how far it has come, so no session reads there.',
          'tidegate setup --apply',
        ),
      ]
    }
    const row = await subject.askOne<{ rows: number; age: string | null }>(
      `select count(*)::int as rows,
         floor(extract(epoch from clock_timestamp() - max(at)) * 1000)::bigint::text as age
       from tidegate.tide`,
    )
    const age = row.age === null ? Infinity : Number(row.age)
    if (row.rows > 0 && age < SILENT_MS) return []
    const isHome = subject.node.role === 'primary'
    const found =
      row.rows === 0 ? 'no heartbeat has come here' : `the last heartbeat is ${formatMs(age)} old`
    return [
      problem(
        found,
        isHome
          ? 'No consumer beats: nobody can tell how old an answer is, and subscribers look as if they stood still.'
          : 'It does not follow home: sessions that have written do not read here.',
        isHome
          ? 'tidegate consumer --region <region>'
          : 'See the subscription on this node: is it enabled, does it apply, does its publication hold tidegate.tide?',
      ),
    ]
  },
}

export const heartbeatPublished: NodeCheck = {
  id: 'heartbeat-published',
  roles: ['primary'],
  async run(subject) {
    const subscribers = subject.config.nodes.some(({ role }) => role === 'subscriber')
    if (!subscribers) return []
    const [row] = await subject.ask<{ published: boolean }>(
      `select exists (select from pg_publication_tables where schemaname = 'tidegate'
         and tablename = 'tide') as published
       where to_regclass('tidegate.tide') is not null`,
    )
    if (row?.published !== false) return []
    return [
      problem(
        'the heartbeat is in no publication',
        'Subscribers never learn how far they have come, so no session reads there.',
        `alter publication ${subject.config.publication} add table tidegate.tide;`,
      ),
    ]
  },
}

export const ddlTrigger: NodeCheck = {
  id: 'ddl-trigger',
  roles: ['primary'],
  async run(subject) {
    if (!subject.config.ddlMessages) return []
    const rows = await subject.ask<{ name: string; enabled: string }>(
      `select evtname as name, evtenabled as enabled from pg_event_trigger
       where evtname in ('tidegate_ddl', 'tidegate_drop')`,
    )
    const off = rows.filter(({ enabled }) => enabled === 'D').map(({ name }) => name)
    if (rows.length === 2 && off.length === 0) return []
    return [
      warning(
        off.length > 0 ? `${off.join(' and ')} are disabled` : 'no event trigger tells of DDL',
        'A change of the schema is noticed only when the consumer looks, up to ten seconds later; until then cached answers may be of the old one.',
        off.length > 0
          ? off.map((name) => `alter event trigger ${name} enable;`).join('\n')
          : 'tidegate setup --apply  -- as a superuser, or set ddlMessages: false',
      ),
    ]
  },
}

export const ownSchema: NodeCheck = {
  id: 'tidegate-schema',
  roles: ['primary', 'subscriber'],
  async run(subject) {
    const rows = await subject.ask<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'tidegate' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
         and c.relname <> 'tide' order by 1`,
    )
    const names = rows.map(({ name }) => name)
    if (names.length === 0) return []
    return [
      warning(
        `in the schema of Tidegate: ${some(names)}`,
        'What is there is never cached, and goes with `setup --undo`. A role named tidegate makes its tables there, because of "$user" in search_path.',
        names.map((name) => `alter table ${name} set schema public;`).join('\n'),
      ),
    ]
  },
}
