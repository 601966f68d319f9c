/**
 * A standby goes on streaming when the primary that it follows is another, and when it is the primary
 * itself: what comes then lies in a new history, and nothing in the stream says so. So before what a
 * standby has sent is located, it is asked which history it follows by now.
 */
import type { History } from '../../src/tide/history.ts'
import type { ClusterNode } from '../nodes/cluster-node.ts'
import { ReplicationError } from '../replication/replication-error.ts'
import type { SourceKind } from './source.ts'

/**
 * `received_tli` needs `pg_read_all_stats`; without it the last checkpoint's tells, which is late.
 */
export const TIMELINE_STATEMENT: string = `with node as materialized (select pg_is_in_recovery() as standby)
select standby, case when standby
  then greatest((select max(received_tli) from pg_stat_wal_receiver),
    (select timeline_id from pg_control_checkpoint()))
  else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
  end as timeline from node`

export interface TimelineRow {
  readonly standby: boolean
  readonly timeline: number
}

/** @throws ReplicationError if it is not the one that the stream began with */
export async function assertStreamHistory(
  kind: SourceKind,
  node: ClusterNode,
  history: History,
): Promise<void> {
  // A primary does not change its timeline; one that was replaced is another server.
  if (kind !== 'standby') return
  const { standby, timeline } = await node.askOne<TimelineRow>(TIMELINE_STATEMENT)
  if (timeline > history.current) throw new ReplicationError('timeline-new')
  if (!standby) throw new ReplicationError('role-changed')
}
