/** `tidegate capacity`: how lag grows, and when the WAL that is kept is too much. */
import { parseDurationMs } from '../../src/sql/outcome.ts'
import { forecast } from '../capacity/forecast.ts'
import { measure } from '../capacity/measure.ts'
import { renderForecast } from '../capacity/render.ts'
import { command, configArgs, jsonArg, usageError } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import { painter } from '../terminal/paint.ts'
import { progressLine } from '../terminal/progress.ts'
import { parseBytes } from '../terminal/units.ts'

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
        : renderForecast(measured, told, {
            paint: painter(io),
            knowsDisk: diskBytes !== undefined,
          }),
    )
    const isBad = told.replicas.some(
      ({ outcome }) => outcome === 'falls behind' || outcome === 'stands still',
    )
    return isBad || Object.keys(measured.unable).length > 0 ? 1 : 0
  },
})
