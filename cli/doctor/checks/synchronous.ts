/** Synchronous replication: who commits wait for, and whether they are there. */
import { type NodeCheck, note, problem, warning } from '../check.ts'

interface Row {
  readonly names: string
  readonly waiting: number
  readonly there: number
}

export const synchronousStandbys: NodeCheck = {
  id: 'synchronous-standbys',
  roles: ['primary'],
  async run(subject) {
    const row =
      await subject.askOne<Row>(`select current_setting('synchronous_standby_names') as names,
      (select count(*)::int from pg_stat_activity where wait_event = 'SyncRep') as waiting,
      (select count(*)::int from pg_stat_replication where sync_state in ('sync', 'quorum')) as there`)
    if (row.names === '') return []
    if (row.there === 0) {
      return [
        problem(
          `commits wait for ${row.names}, and none of them is connected; ${row.waiting} wait now`,
          'No write is acknowledged until one of them comes.',
          `alter system set synchronous_standby_names = '';\nselect pg_reload_conf();`,
        ),
      ]
    }
    return [
      note(
        `commits wait for ${row.names}`,
        'A standby may show a commit moments before home does, so a strong read right after a near one may not show it yet.',
        'Nothing, if it is meant: see the limits in docs/design.md.',
      ),
    ]
  },
}

export const synchronizedSlots: NodeCheck = {
  id: 'synchronized-standby-slots',
  roles: ['primary'],
  async run(subject) {
    const value = await subject.setting('synchronized_standby_slots')
    if (value !== '') return []
    const rows = await subject.ask<{ slot: string; failover: number }>(
      `select slot_name as slot, (select count(*)::int from pg_replication_slots
         where failover) as failover
       from pg_replication_slots where slot_type = 'physical' and not temporary order by 1`,
    )
    if (rows.length === 0 || rows[0]?.failover === 0) return []
    return [
      warning(
        'failover slots do not wait for any standby',
        'A subscriber may apply, and a consumer tell of, commits that the standby which is promoted never had.',
        `alter system set synchronized_standby_slots = '${rows.map(({ slot }) => slot).join(', ')}';
select pg_reload_conf();  -- name those standbys that may be promoted`,
      ),
    ]
  },
}
