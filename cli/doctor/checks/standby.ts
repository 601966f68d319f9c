/** What only a standby can have wrong. */
import { formatBytes, formatMs } from '../../terminal/units.ts'
import { type NodeCheck, problem, warning } from '../check.ts'

export const replayPaused: NodeCheck = {
  id: 'replay-paused',
  roles: ['standby'],
  run: async ({ standing }) =>
    await Promise.resolve(
      standing.isPaused
        ? [
            problem(
              'replay is paused',
              'Its tide stands still: it answers from an old snapshot, and only those who need nothing newer.',
              'select pg_wal_replay_resume();',
            ),
          ]
        : [],
    ),
}

export const walReceiver: NodeCheck = {
  id: 'wal-receiver',
  roles: ['standby'],
  async run(subject) {
    if (subject.standing.role !== 'standby') return []
    const [row] = await subject.ask<{ status: string | null }>(
      'select status from pg_stat_wal_receiver',
    )
    // A role that may not see all statistics finds a row without a status.
    if (row && (row.status === null || row.status === 'streaming')) return []
    return [
      problem(
        'it does not stream from home',
        'Nothing new comes here. If home drops the WAL that it lacks, it has to be copied anew.',
        'See primary_conninfo, primary_slot_name, and the log of this server.',
      ),
    ]
  },
}

export const lag: NodeCheck = {
  id: 'lag',
  roles: ['standby', 'subscriber'],
  async run({ standing, home, config, clockAheadMs }) {
    const there = home?.standing
    if (!home || there?.lsn === undefined || standing.lsn === undefined) return await none()
    const bytes = Number(there.lsn - standing.lsn)
    // The primary's clock on both sides; what passed between the two questions is taken off.
    const now = there.clock + (standing.clock - clockAheadMs) - (there.clock - home.clockAheadMs)
    const ms = bytes > 0 && standing.at !== undefined ? now - standing.at : 0
    if (bytes <= config.maxLag.bytes && ms <= config.maxLag.ms) return await none()
    return [
      warning(
        `it lags by ${formatMs(ms)} and ${formatBytes(bytes)}`,
        'Beyond maxLag it is not asked until it has caught up: all its reads go farther away.',
        'tidegate capacity  -- tells whether it can catch up',
      ),
    ]
  },
}

async function none(): Promise<readonly never[]> {
  return await Promise.resolve([])
}
