/** Transactions that stay open. */
import { formatSeconds } from '../../terminal/units.ts'
import { type NodeCheck, some, warning } from '../check.ts'

const LONG_SECONDS = 300

export const openTransactions: NodeCheck = {
  id: 'open-transactions',
  roles: ['primary'],
  async run(subject) {
    const { open, oldest } = await subject.askOne<{ open: number; oldest: number | null }>(
      `select count(*)::int as open,
         max(extract(epoch from clock_timestamp() - xact_start))::int as oldest
       from pg_stat_activity where backend_xmin is not null or backend_xid is not null
         and xact_start < clock_timestamp() - make_interval(secs => ${LONG_SECONDS})`,
    )
    if (open === 0 || (oldest ?? 0) < LONG_SECONDS) return []
    return [
      warning(
        `a transaction has been open for ${formatSeconds(oldest ?? 0)}`,
        'Answers of the primary are stamped by the oldest open transaction: while it lasts, none of them fills the cache.',
        `alter system set idle_in_transaction_session_timeout = '60s';\nselect pg_reload_conf();`,
      ),
    ]
  },
}

export const preparedTransactions: NodeCheck = {
  id: 'prepared-transactions',
  roles: ['primary'],
  async run(subject) {
    const rows = await subject.ask<{ name: string }>(
      `select quote_literal(gid) as name from pg_prepared_xacts
       where prepared < clock_timestamp() - interval '1 minute'`,
    )
    if (rows.length === 0) return []
    return [
      warning(
        `${rows.length} prepared transactions wait for somebody to end them`,
        'They outlive every connection and crash, and hold back stamps, slots and vacuum.',
        `rollback prepared …;  -- ${some(rows.map(({ name }) => name))}`,
      ),
    ]
  },
}
