/** The slots: each consumer's is there and fit, and none is kept for nobody. */
import { formatBytes } from '../../terminal/units.ts'
import { type Finding, type NodeCheck, problem, some, warning } from '../check.ts'

interface SlotRow {
  readonly slot: string
  readonly plugin: string | null
  readonly here: boolean
  readonly status: string | null
  readonly active: boolean
  readonly retained: string
  readonly conflicting: boolean
  readonly invalid: string | null
}

/** But for what a standby copies: nobody reads that, and it is home's to tell of. */
const SLOTS = `select slot_name as slot, plugin, wal_status as status, active,
  coalesce(database = current_database(), slot_type = 'physical') as here,
  greatest(0, coalesce((case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
    else pg_current_wal_lsn() end) - restart_lsn, 0))::text as retained,
  coalesce((to_jsonb(s) ->> 'conflicting')::boolean, false) as conflicting,
  to_jsonb(s) ->> 'invalidation_reason' as invalid
from pg_replication_slots s
where not temporary and (to_jsonb(s) ->> 'synced') is distinct from 'true' order by 1`

export const consumerSlots: NodeCheck = {
  id: 'consumer-slots',
  roles: ['primary', 'standby', 'subscriber'],
  async run(subject) {
    const rows = await subject.ask<SlotRow>(SLOTS)
    // Where the region's node has none, its consumer reads home.
    return await Promise.all(
      subject.tailedBy.map(async (region): Promise<Finding[]> => {
        const own = rows.find(({ slot }) => slot === region.slot)
        const atHome =
          own || !subject.home || subject.home === subject
            ? undefined
            : (await subject.home.ask<SlotRow>(SLOTS)).find(({ slot }) => slot === region.slot)
        const row = own ?? atHome
        if (!row) {
          return [
            problem(
              `there is no slot ${region.slot}`,
              `The consumer of ${region.name} has nothing to read: no answer is cached there, and none is known to be new.`,
              'tidegate setup --apply',
            ),
          ]
        }
        return fitness(row, region.name)
      }),
    ).then((found) => found.flat())
  },
}

function fitness(row: SlotRow, region: string): Finding[] {
  const again = `select pg_drop_replication_slot('${row.slot}');  -- then: tidegate setup --apply`
  if (row.status === 'lost' || row.conflicting || (row.invalid ?? '') !== '') {
    return [
      problem(
        `the slot ${row.slot} is lost${row.invalid ? ` (${row.invalid})` : ''}`,
        `The consumer of ${region} cannot go on from it. A new one raises the floor: all cached answers are void, none is wrong.`,
        again,
      ),
    ]
  }
  if (row.plugin !== 'pgoutput' || !row.here) {
    return [
      problem(
        `the slot ${row.slot} is of another plugin or database`,
        `The consumer of ${region} cannot read it.`,
        again,
      ),
    ]
  }
  if (!row.active) {
    return [
      problem(
        `nobody reads the slot ${row.slot}`,
        `The consumer of ${region} does not run: its tide stands still, and WAL is kept for it (${formatBytes(Number(row.retained))} by now).`,
        `tidegate consumer --region ${region}`,
      ),
    ]
  }
  return row.status === 'unreserved'
    ? [
        problem(
          `the slot ${row.slot} is about to be lost`,
          'It keeps more WAL than it may; the next checkpoint takes it.',
          `alter system set max_slot_wal_keep_size = '64GB';\nselect pg_reload_conf();`,
        ),
      ]
    : []
}

/** A segment or two are kept for anybody. */
const MUCH_BYTES = 128 * 1024 ** 2

export const abandonedSlots: NodeCheck = {
  id: 'abandoned-slots',
  roles: ['primary', 'standby', 'subscriber'],
  async run(subject) {
    const mine = new Set(subject.config.regions.map(({ slot }) => slot))
    const rows = (await subject.ask<SlotRow>(SLOTS)).filter(
      ({ slot, active, status, retained }) =>
        !mine.has(slot) && !active && (status === 'lost' || Number(retained) > MUCH_BYTES),
    )
    if (rows.length === 0) return []
    const bytes = formatBytes(Math.max(...rows.map(({ retained }) => Number(retained))))
    return [
      warning(
        `nobody reads ${some(rows.map(({ slot }) => slot))}; up to ${bytes} of WAL are kept`,
        'Such a slot keeps WAL until the disk is full, and old rows from being cleaned up.',
        rows.map(({ slot }) => `select pg_drop_replication_slot('${slot}');`).join('\n'),
      ),
    ]
  },
}
