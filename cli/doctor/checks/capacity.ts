/** Whether there is room: slots, senders, connections. */
import { type NodeCheck, problem, warning } from '../check.ts'
import type { NodeSubject } from '../node-subject.ts'

async function left(
  subject: NodeSubject,
  setting: string,
  count: string,
): Promise<{ readonly most: number; readonly left: number }> {
  const { used } = await subject.askOne<{ used: number }>(
    `select count(*)::int as used from ${count}`,
  )
  const most = Number(await subject.setting(setting))
  return { most, left: most - used }
}

export const slotsLeft: NodeCheck = {
  id: 'slots-left',
  roles: ['primary', 'standby', 'subscriber'],
  async run(subject) {
    if (subject.node.role !== 'primary' && subject.tailedBy.length === 0) return []
    const room = await left(subject, 'max_replication_slots', 'pg_replication_slots')
    if (room.left > 1) return []
    return [
      (room.left === 0 ? problem : warning)(
        `${room.left} of ${room.most} replication slots are left`,
        'A consumer or a replica that comes next finds none; slots of those that are gone count too.',
        `alter system set max_replication_slots = ${room.most + 10};  -- and restart it`,
      ),
    ]
  },
}

export const sendersLeft: NodeCheck = {
  id: 'senders-left',
  roles: ['primary', 'standby', 'subscriber'],
  async run(subject) {
    if (subject.node.role !== 'primary' && subject.tailedBy.length === 0) return []
    const room = await left(subject, 'max_wal_senders', 'pg_stat_replication')
    if (room.left > 1) return []
    return [
      (room.left === 0 ? problem : warning)(
        `${room.left} of ${room.most} WAL senders are left`,
        'A consumer or a replica that comes back after a broken line may not get in.',
        `alter system set max_wal_senders = ${room.most + 10};  -- and restart it`,
      ),
    ]
  },
}

export const connectionsLeft: NodeCheck = {
  id: 'connections-left',
  roles: ['primary', 'standby', 'subscriber'],
  async run(subject) {
    const room = await left(
      subject,
      'max_connections',
      `pg_stat_activity where backend_type = 'client backend'`,
    )
    if (room.left > room.most / 10) return []
    return [
      warning(
        `${room.left} of ${room.most} connections are left`,
        'Reads are refused at the next peak, and go on to nodes that are farther away.',
        `alter system set max_connections = ${room.most * 2};  -- and restart it, or pool before it`,
      ),
    ]
  },
}
