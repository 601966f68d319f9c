/** A forecast for a terminal. */
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import { formatBytes, formatSeconds } from '../terminal/units.ts'
import type { Forecast, ReplicaForecast } from './forecast.ts'
import type { Measured } from './measure.ts'

export interface RenderOptions {
  readonly paint: Paint
  /** Somebody said how much room there is. */
  readonly knowsDisk: boolean
}

export function renderForecast(
  measured: Measured,
  { writeBytesPerSecond, replicas, slots }: Forecast,
  { paint, knowsDisk }: RenderOptions,
): string {
  const rates = new Map(measured.replicas.map((each) => [each.name, each]))
  const header = (...names: string[]): string[] => names.map((name) => paint('gray', name))
  const perHour = formatBytes(writeBytesPerSecond * 3600)
  const seen = formatSeconds(measured.seconds)
  const parts = [
    `Home writes ${formatBytes(writeBytesPerSecond)} of WAL a second, ${perHour} an hour (seen for ${seen}).`,
  ]
  if (replicas.length > 0) {
    const rows = replicas.map((replica) => {
      const rate = rates.get(replica.name)
      const least = rate?.isSaturated ? '' : 'at least '
      return [
        paint('bold', replica.name),
        `${least}${formatBytes(rate?.applyBytesPerSecond ?? 0)}/s`,
        formatBytes(replica.lagBytes),
        outcomeText(replica, paint),
      ]
    })
    parts.push(columns([header('replica', 'applies', 'lag', 'so it'), ...rows]))
  }
  if (slots.length > 0) {
    const rows = slots.map((slot) => [
      paint('bold', slot.name),
      slot.node,
      formatBytes(slot.retainedBytes),
      whenText(slot.lostInSeconds),
      knowsDisk ? whenText(slot.diskFullInSeconds) : 'see --disk',
    ])
    const names = header('slot', 'on', 'keeps', 'lost, if nobody reads it', 'disk full')
    parts.push(columns([names, ...rows]))
  }
  for (const [node, why] of Object.entries(measured.unable)) {
    parts.push(`${paint('red', '✗')} ${node} could not be measured: ${why}`)
  }
  return `${parts.join('\n\n')}\n`
}

function outcomeText(replica: ReplicaForecast, paint: Paint): string {
  const { outcome, growsBytesPerSecond, catchesUpInSeconds } = replica
  switch (outcome) {
    case 'falls behind':
      return paint('red', `falls behind by ${formatBytes(growsBytesPerSecond)} a second`)
    case 'stands still':
      return paint('red', 'stands still')
    case 'catches up':
      return `catches up in ${formatSeconds(catchesUpInSeconds ?? 0)}`
    case 'keeps up':
      return paint('green', 'keeps up')
    case 'unknown':
      return 'was not seen at its limit'
  }
}

function whenText(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : `in ${formatSeconds(seconds)}`
}
