/** What the roles of the configuration's connection strings may do, and how they come in. */
import { escapeIdentifier } from 'pg'

import { EVERY_ROLE, type Finding, type NodeCheck, note, problem, warning } from '../check.ts'

interface RoleRow {
  readonly name: string
  readonly super: boolean
  readonly replication: boolean
  readonly monitor: boolean
  readonly origins: boolean
  readonly snapshots: boolean
}

export const privileges: NodeCheck = {
  id: 'privileges',
  roles: EVERY_ROLE,
  async run(subject) {
    const row = await subject.askOne<RoleRow>(
      `select current_user as name, rolsuper as super, rolreplication or rolsuper as replication,
         pg_has_role(current_user, 'pg_read_all_stats', 'member') as monitor,
         has_function_privilege('pg_show_replication_origin_status()', 'execute') as origins,
         coalesce(has_function_privilege(to_regprocedure('pg_log_standby_snapshot()'), 'execute'),
           true) as snapshots
       from pg_roles where rolname = current_user`,
    )
    const { role } = subject.node
    const name = escapeIdentifier(row.name)
    const findings: Finding[] = []
    const isRead = subject.tailedBy.length > 0 || role === 'primary'
    if (isRead && !row.replication) {
      findings.push(
        problem(
          `${row.name} may not replicate`,
          'A consumer that comes in by this name cannot read the WAL.',
          `alter role ${name} replication;`,
        ),
      )
    }
    if (role === 'subscriber' && !row.origins) {
      findings.push(
        warning(
          `${row.name} may not see how far replication has come`,
          'Answers of this node then have no upper bound, and no session can go on from them.',
          `grant execute on function pg_show_replication_origin_status() to ${name};`,
        ),
      )
    }
    if (role === 'primary' && !row.snapshots && hasStandbySource(subject.config.nodes)) {
      findings.push(
        warning(
          `${row.name} may not call pg_log_standby_snapshot()`,
          'Making a slot on a standby waits until something else lets the primary tell its snapshot: minutes on an idle one.',
          `grant execute on function pg_log_standby_snapshot() to ${name};`,
        ),
      )
    }
    if (!row.monitor) {
      findings.push(
        note(
          `${row.name} may not see all statistics`,
          'Some of these checks see less than there is.',
          `grant pg_monitor to ${name};`,
        ),
      )
    }
    if (row.super) {
      findings.push(
        note(
          `${row.name} is a superuser`,
          'A consumer or a gateway needs far less.',
          'tidegate setup --roles --apply, and use those in the connection strings',
        ),
      )
    }
    return findings
  },
}

function hasStandbySource(nodes: readonly { readonly role: string }[]): boolean {
  return nodes.some(({ role }) => role === 'standby')
}

export const heartbeatPrivileges: NodeCheck = {
  id: 'heartbeat-privileges',
  roles: ['primary'],
  async run(subject) {
    const [row] = await subject.ask<{ name: string; may: boolean }>(
      `select current_user as name, has_schema_privilege(n.oid, 'usage')
         and has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
         and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete') as may
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'tidegate' and c.relname = 'tide'`,
    )
    if (row?.may !== false) return []
    const name = escapeIdentifier(row.name)
    return [
      problem(
        `${row.name} may not write tidegate.tide`,
        'A consumer that comes in by this name cannot beat.',
        `grant usage on schema tidegate to ${name};
grant select, insert, update, delete on tidegate.tide to ${name};`,
      ),
    ]
  },
}

export const encryption: NodeCheck = {
  id: 'encryption',
  roles: EVERY_ROLE,
  async run(subject) {
    const row = await subject.askOne<{ ssl: boolean; near: boolean }>(
      `select coalesce(s.ssl, false) as ssl,
         inet_server_addr() is null or inet_client_addr() = inet_server_addr()
         or inet_server_addr() <<= any('{127.0.0.0/8,::1/128}'::inet[]) as near
       from pg_stat_ssl s where s.pid = pg_backend_pid()`,
    )
    if (row.ssl || row.near) return []
    return [
      warning(
        'the connection is not encrypted',
        'Passwords and rows can be read by anybody on the way.',
        'Add sslmode=verify-full to its connection string, and ssl = on to its postgresql.conf.',
      ),
    ]
  },
}
