/** Single settings of Postgres: one entry each, with what is wrong about which value. */
import { EVERY_ROLE, type Finding, type NodeCheck, note, problem, warning } from '../check.ts'
import type { NodeSubject } from '../node-subject.ts'

interface SettingRule {
  readonly name: string
  readonly roles: NodeCheck['roles']
  readonly isWrong: (value: string, subject: NodeSubject) => boolean
  readonly finding: typeof problem
  readonly why: string
  readonly wanted: string
  /** A reload does not do. */
  readonly restarts?: boolean
}

const off = (value: string): boolean => value === 'off'
const zero = (value: string): boolean => Number(value) === 0
const notZero = (value: string): boolean => Number(value) > 0
const endless = (value: string): boolean => Number(value) === -1

const rules: readonly SettingRule[] = [
  {
    name: 'wal_level',
    roles: EVERY_ROLE,
    isWrong: (value, { node, tailedBy }) =>
      value !== 'logical' && (node.role === 'primary' || tailedBy.length > 0),
    finding: problem,
    why: 'Row changes cannot be decoded from its WAL, so no consumer can tell what changed.',
    wanted: 'logical',
    restarts: true,
  },
  {
    name: 'fsync',
    roles: ['primary', 'standby'],
    isWrong: off,
    finding: problem,
    why: 'After a crash its history goes back without saying so: positions that were promised are gone.',
    wanted: 'on',
  },
  {
    name: 'full_page_writes',
    roles: ['primary', 'standby'],
    isWrong: off,
    finding: problem,
    why: 'A crash in the middle of a write leaves torn pages that no replay repairs.',
    wanted: 'on',
  },
  {
    name: 'hot_standby_feedback',
    roles: ['standby'],
    isWrong: off,
    finding: problem,
    why: 'Home removes rows that reads here still need, so those are cancelled; and a logical slot here is lost.',
    wanted: 'on',
  },
  {
    name: 'max_slot_wal_keep_size',
    roles: EVERY_ROLE,
    isWrong: endless,
    finding: warning,
    why: 'A consumer or a replica that is gone for long makes it keep WAL until the disk is full and it stops.',
    wanted: '64GB',
  },
  {
    name: 'synchronous_commit',
    roles: ['primary'],
    isWrong: off,
    finding: warning,
    why: 'A crash loses writes that sessions were told of; their tokens then ask for what never comes.',
    wanted: 'on',
  },
  {
    name: 'wal_sender_timeout',
    roles: ['primary'],
    isWrong: zero,
    finding: warning,
    why: 'It never notices that a replica or a consumer has gone, whose slot then stays taken.',
    wanted: '60s',
  },
  {
    name: 'wal_receiver_timeout',
    roles: ['standby'],
    isWrong: zero,
    finding: warning,
    why: 'It never notices a broken line to home and stands still.',
    wanted: '60s',
  },
  {
    name: 'recovery_min_apply_delay',
    roles: ['standby'],
    isWrong: notZero,
    finding: warning,
    why: 'Each commit is shown so much later than it came: sessions that have just written never read here.',
    wanted: '0',
  },
  {
    name: 'max_standby_streaming_delay',
    roles: ['standby'],
    isWrong: endless,
    finding: warning,
    why: 'One long read can hold replay back for ever, and with it all that asks for new data.',
    wanted: '30s',
  },
  {
    name: 'primary_slot_name',
    roles: ['standby'],
    isWrong: (value) => value === '',
    finding: warning,
    why: 'Home keeps no WAL for it: once it is away for too long it has to be copied anew.',
    wanted: '<a physical slot on the primary>',
  },
  {
    name: 'sync_replication_slots',
    roles: ['standby'],
    isWrong: off,
    finding: warning,
    why: 'If it is promoted, it has no copy of the slots from which subscribers and consumers go on.',
    wanted: 'on',
  },
  {
    name: 'idle_replication_slot_timeout',
    roles: EVERY_ROLE,
    isWrong: notZero,
    finding: warning,
    why: 'A consumer that was stopped for longer finds its slot invalid, and every cached answer is void.',
    wanted: '0',
  },
  {
    name: 'max_logical_replication_workers',
    roles: ['subscriber'],
    isWrong: zero,
    finding: problem,
    why: 'Nothing can be applied here.',
    wanted: '4',
    restarts: true,
  },
  {
    name: 'wal_log_hints',
    roles: ['primary'],
    isWrong: off,
    finding: note,
    why: 'Unless it has data checksums, an old primary cannot be rewound after a failover: it is copied anew.',
    wanted: 'on',
    restarts: true,
  },
]

/** What another setting makes superfluous. */
async function isSettled(rule: SettingRule, subject: NodeSubject): Promise<boolean> {
  return rule.name === 'wal_log_hints' && (await subject.setting('data_checksums')) === 'on'
}

export const settingChecks: readonly NodeCheck[] = rules.map((rule) => ({
  id: rule.name.replaceAll('_', '-'),
  roles: rule.roles,
  run: async (subject): Promise<readonly Finding[]> => {
    const value = await subject.setting(rule.name)
    if (value === undefined || !rule.isWrong(value, subject)) return []
    if (await isSettled(rule, subject)) return []
    const { name, wanted, why, finding, restarts } = rule
    const then = restarts ? '  -- and restart it' : '\nselect pg_reload_conf();'
    const shown = value === '' ? 'not set' : value
    return [finding(`${name} is ${shown}`, why, `alter system set ${name} = '${wanted}';${then}`)]
  },
}))
