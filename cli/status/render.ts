/** A status as three tables. */
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import { formatBytes, formatMs } from '../terminal/units.ts'
import type { NodeStatus, RegionStatus, SlotStatus, Status } from './observe.ts'

export function renderStatus({ nodes, regions, slots }: Status, paint: Paint): string {
  const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
    columns([header.map((name) => paint('gray', name)), ...rows])
  return [
    table(
      ['node', 'region', 'role', 'position', 'lag', 'WAL behind', 'timeline', 'answers in'],
      nodes.map((node) => nodeRow(node, paint)),
    ),
    ...(regions.length > 0
      ? [
          table(
            [
              'tide table',
              'epoch',
              'primary',
              'horizon',
              'age',
              'floor',
              'fields',
              'entries',
              'hits',
              'memory',
            ],
            regions.map((region) => regionRow(region, paint)),
          ),
        ]
      : []),
    ...(slots.length > 0
      ? [
          table(
            ['slot', 'on', 'kind', 'read', 'keeps', 'state'],
            slots.map((slot) => slotRow(slot, paint)),
          ),
        ]
      : []),
  ].join('\n\n')
}

/** What is late is seen from afar. */
const LATE_MS = 5_000
const MUCH_BYTES = 1024 ** 3

function nodeRow(status: NodeStatus, paint: Paint): string[] {
  const { node, region, role, unable, isPaused } = status
  const name = paint('bold', node)
  if (unable !== undefined) return [name, region, role, paint('red', unable)]
  return [
    name,
    region,
    isPaused ? `${role} ${paint('red', 'paused')}` : role,
    status.position ?? '?',
    late(status.lagMs, paint),
    status.lagBytes === undefined ? '' : formatBytes(status.lagBytes),
    String(status.timeline ?? ''),
    formatMs(status.roundTripMs ?? 0),
  ]
}

function regionRow(status: RegionStatus, paint: Paint): string[] {
  const { region, unable, hits = 0, misses = 0 } = status
  const name = paint('bold', region)
  if (unable !== undefined) return [name, paint('red', unable)]
  const rate = hits + misses === 0 ? '' : `${Math.round((100 * hits) / (hits + misses))} %`
  return [
    name,
    String(status.epoch ?? ''),
    status.primary ?? '',
    status.horizon ?? paint('red', 'none'),
    late(status.horizonAgeMs, paint),
    status.floor ?? '',
    String(status.fields ?? ''),
    String(status.entries ?? ''),
    rate,
    formatBytes(status.memoryBytes ?? 0),
  ]
}

function slotRow(
  { node, slot, type, active, status, retainedBytes }: SlotStatus,
  paint: Paint,
): string[] {
  const bytes = formatBytes(retainedBytes)
  return [
    paint('bold', slot),
    node,
    type,
    active ? 'yes' : paint('yellow', 'no'),
    retainedBytes > MUCH_BYTES ? paint('red', bytes) : bytes,
    status === 'lost' ? paint('red', status) : (status ?? ''),
  ]
}

function late(ms: number | undefined, paint: Paint): string {
  if (ms === undefined) return ''
  return ms > LATE_MS ? paint('red', formatMs(ms)) : formatMs(ms)
}
