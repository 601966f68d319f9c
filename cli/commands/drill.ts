/** `tidegate drill`: a failover game day. */
import { parseDurationMs } from '../../src/sql/outcome.ts'
import { command, configArgs, jsonArg, usageError } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import { requireBinaries } from '../dev/options.ts'
import { drill, type DrillReport, type DrillStep } from '../drill/drill.ts'
import { localStage, type Stage, stagingStage } from '../drill/stage.ts'
import type { Io } from '../io.ts'
import { type Paint, painter } from '../terminal/paint.ts'
import { progressLine } from '../terminal/progress.ts'
import { formatMs } from '../terminal/units.ts'

const WARM_UP_MS = 2_000

export const drillCommand = command({
  name: 'drill',
  summary: 'A failover game day: lose the primary, promote a standby, time each step',
  args: {
    staging: { type: 'boolean', description: 'On the databases of the configuration: needs --yes' },
    yes: { type: 'boolean', description: 'The primary of the configuration may be stopped' },
    promote: { type: 'string', valueHint: 'node', description: 'The standby that takes over' },
    stop: { type: 'string', valueHint: 'command', description: 'Stops the primary, by your shell' },
    'promote-with': {
      type: 'string',
      valueHint: 'command',
      description: 'Promotes it; otherwise pg_promote()',
    },
    limit: { type: 'string', valueHint: 'time', default: '60s', description: 'How long to wait' },
    ...configArgs,
    ...jsonArg,
  },
  more: () => `Without --staging it happens in a local world that goes when it is over. With it, the primary of the
configuration is stopped by your command and stays so: bringing it back is yours to do.`,
  async run(args, io) {
    const limitMs = parseDurationMs(args.limit)
    if (limitMs === undefined || limitMs < 1_000)
      throw usageError('--limit: expected a time, as 60s')
    const paint = painter(io)
    await using stage = args.staging ? await staging(args, io) : await local(io)
    const report = await drill(stage, {
      limitMs,
      warmUpMs: WARM_UP_MS,
      signal: io.signal,
      onStep: (step) => {
        if (!args.json) io.out(stepLine(step, paint))
      },
    })
    io.out(args.json ? `${JSON.stringify(report, null, 2)}\n` : summary(report, paint))
    return report.passed ? 0 : 1
  },
})

async function local(io: Io): Promise<Stage> {
  requireBinaries()
  const progress = progressLine(io)
  try {
    return await localStage({ signal: io.signal, onProgress: (text) => progress.show(text) })
  } finally {
    progress.end()
  }
}

interface StagingArgs {
  readonly yes?: boolean | undefined
  readonly promote?: string | undefined
  readonly stop?: string | undefined
  readonly 'promote-with'?: string | undefined
  readonly config?: string | undefined
  readonly 'env-file'?: string | undefined
}

async function staging(args: StagingArgs, io: Io): Promise<Stage> {
  const { promote, stop } = args
  if (promote === undefined) throw usageError('--promote: expected the name of a standby')
  if (stop === undefined) throw usageError('--stop: expected a command that stops the primary')
  const config = await loadConfig(args, io)
  const { name } = config.primary
  if (!args.yes) {
    const answer = await io.ask(`This stops ${name}. Type its name to go on: `)
    if (answer?.trim() !== name) throw usageError(`--yes: expected, because this stops ${name}`)
  }
  return stagingStage(config, { heir: promote, stop, promote: args['promote-with'] })
}

function stepLine({ what, ms }: DrillStep, paint: Paint): string {
  return ms === undefined
    ? `${paint('red', '✗')} ${'in vain'.padStart(9)}  ${what}\n`
    : `${paint('green', '✓')} ${formatMs(ms).padStart(9)}  ${what}\n`
}

function summary(report: DrillReport, paint: Paint): string {
  const { acknowledged, lost, withoutWritesMs, passed } = report
  const gap =
    withoutWritesMs === undefined
      ? 'No write got through again.'
      : `For ${formatMs(withoutWritesMs)} no write got through.`
  const loss =
    lost === 0
      ? 'None of them is lost.'
      : `At most ${lost} of them are lost: Postgres was not synchronous. Their sessions are told.`
  return `
${gap} ${acknowledged} writes were acknowledged. ${loss}
${passed ? paint('green', 'Everything came back by itself.') : paint('red', 'Not everything came back.')}
`
}
