/** `tidegate capacity`: how lag grows, and when the WAL that is kept is too much. */
import { parseDurationMs } from '../../src/sql/outcome.ts'
import { type Forecast, forecast } from '../capacity/forecast.ts'
import { type Measured, measure } from '../capacity/measure.ts'
import { command, configArgs, jsonArg, usageError } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import { columns } from '../terminal/columns.ts'
import { type Paint, painter } from '../terminal/paint.ts'
import { progressLine } from '../terminal/progress.ts'
import { formatBytes, formatSeconds, parseBytes } from '../terminal/units.ts'

export const capacityCommand = command({
  name: 'capacity',
  summary: 'Measure how fast home writes and replicas apply: does lag grow, when is WAL too much',
  args: {
    for: { type: 'string', valueHint: 'time', default: '10s', description: 'How long to measure' },
    times: {
      type: 'string',
      valueHint: 'n',
      default: '1',
      description: 'As if n times were written',
    },
    disk: { type: 'string', valueHint: 'size', description: 'Room for WAL on each disk, as 200GB' },
    ...configArgs,
    ...jsonArg,
  },
  async run(args, io) {
    const forMs = parseDurationMs(args.for)
    if (forMs === undefined || forMs < 100) throw usageError('--for: expected a time, as 10s')
    const factor = Number(args.times)
    if (!(factor > 0)) throw usageError('--times: expected a number above 0')
    const diskBytes = args.disk === undefined ? undefined : parseBytes(args.disk)
    if (args.disk !== undefined && diskBytes === undefined) {
      throw usageError('--disk: expected a size, as 200GB')
    }
    const config = await loadConfig(args, io)
    const progress = progressLine(io)
    const measured = await measure(config, forMs, io.signal, (share) =>
      progress.show(`measuring, ${Math.round(share * 100)} %`),
    ).finally(() => progress.end())
    const told = forecast(measured, { factor, diskBytes })
    io.out(
      args.json
        ? `${JSON.stringify({ measured, forecast: told }, null, 2)}\n`
        : render(measured, told, painter(io)),
    )
    const isBad = told.replicas.some(({ outcome }) => outcome === 'falls behind')
    return isBad || Object.keys(measured.unable).length > 0 ? 1 : 0
  },
})

function render(measured: Measured, told: Forecast, paint: Paint): string {
  const perHour = formatBytes(told.writeBytesPerSecond * 3600)
  const rates = new Map(measured.replicas.map((each) => [each.name, each]))
  const header = (...names: string[]): string[] => names.map((name) => paint('gray', name))
  const parts = [
    `Home writes ${formatBytes(told.writeBytesPerSecond)} of WAL a second, ${perHour} an hour (seen for ${formatSeconds(measured.seconds)}).`,
    columns([
      header('replica', 'applies', 'lag', 'so it'),
      ...told.replicas.map(
        ({ name, lagBytes, outcome, catchesUpInSeconds, growsBytesPerSecond }) => [
          paint('bold', name),
          `${rates.get(name)?.isSaturated ? '' : 'at least '}${formatBytes(rates.get(name)?.applyBytesPerSecond ?? 0)}/s`,
          formatBytes(lagBytes),
          outcome === 'falls behind'
            ? paint('red', `falls behind by ${formatBytes(growsBytesPerSecond)} a second`)
            : outcome === 'catches up'
              ? `catches up in ${formatSeconds(catchesUpInSeconds ?? 0)}`
              : outcome === 'unknown'
                ? 'was not seen at its limit'
                : paint('green', 'keeps up'),
        ],
      ),
    ]),
  ]
  if (told.slots.length > 0) {
    parts.push(
      columns([
        header('slot', 'on', 'keeps', 'lost, if nobody reads it', 'disk full'),
        ...told.slots.map((slot) => [
          paint('bold', slot.name),
          slot.node,
          formatBytes(slot.retainedBytes),
          slot.lostInSeconds === undefined ? 'never' : `in ${formatSeconds(slot.lostInSeconds)}`,
          slot.diskFullInSeconds === undefined
            ? 'see --disk'
            : `in ${formatSeconds(slot.diskFullInSeconds)}`,
        ]),
      ]),
    )
  }
  for (const [node, why] of Object.entries(measured.unable)) {
    parts.push(`${paint('red', '✗')} ${node} could not be measured: ${why}`)
  }
  return `${parts.join('\n\n')}\n`
}
