/** `npm run simulate`: what Tidegate does in more regions than a machine can hold. */
import { parseArgs } from 'node:util'

import { sideBySide, toComparable } from './measure/comparable.ts'
import { type Figures, withoutCurves } from './measure/figures.ts'
import {
  BadOption,
  DEFAULTS,
  numberOptions,
  readOptions,
  type SimulationOptions,
} from './options.ts'
import { writeAll } from './output.ts'
import { toSvg } from './plot/chart.ts'
import { chartsOfRun, chartsOfSweep, variedRegions, variedWrites } from './plot/charts.ts'
import { mainFigures, toPage } from './plot/page.ts'
import { type Progress, simulate } from './simulate.ts'
import { type Sweep, sweep } from './sweep.ts'

const help = `Usage: npm run simulate -- [options]

Runs Tidegate's gate, cache, tide table and sessions in a simulated world, in simulated time. The same
options give the same figures.

${numberOptions
  .map(
    ({ name, field, summary }) =>
      `  ${`--${name} N`.padEnd(16)}${summary}   (default ${DEFAULTS[field]})`,
  )
  .join('\n')}
  --hours N       the same as --seconds, in hours
  --no-cache      without tide tables and caches
  --no-gateways   databases that cannot be asked to wait
  --no-faults     nothing goes wrong but what goes wrong every day
  --sweep         runs with 1 to 30 regions and with few to many writes as well
  --local-world   the same in real time in the local world, beside the simulation
  --out DIR       writes figures.json, charts as SVG and index.html there
  --json          the figures as JSON on the last line
  --help

Ends with 1 if a promise was broken: a session's own write not seen, a read behind an earlier one, a
read older than its bound, a strong read that is not, a lost write that nobody was told of.`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

function parse() {
  const numbers = Object.fromEntries(numberOptions.map(({ name }) => [name, text]))
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      ...numbers,
      hours: text,
      cache: flag,
      faults: flag,
      gateways: flag,
      sweep: flag,
      'local-world': flag,
      out: text,
      json: flag,
      help: flag,
    },
  })
  return values
}

/** Tells on stderr how far it is, a few times in a second of the real clock. */
function progressOf(what: string): (progress: Progress) => void {
  const begun = performance.now()
  let toldAt = -Infinity
  return ({ share, events }) => {
    const now = performance.now()
    if (now - toldAt < 2000) return
    toldAt = now
    const seconds = Math.round((now - begun) / 1000)
    console.error(`${what}: ${(share * 100).toFixed(0)} % after ${seconds} s, ${events} events`)
  }
}

function files(figures: Figures, swept: Sweep | undefined, command: string) {
  const charts = [
    ...chartsOfRun(figures),
    ...(swept
      ? [
          ...chartsOfSweep(swept.regions, variedRegions(swept.regions)),
          ...chartsOfSweep(swept.writes, variedWrites(swept.writes)),
        ]
      : []),
  ]
  const points = swept && {
    regions: swept.regions.map(withoutCurves),
    writes: swept.writes.map(withoutCurves),
  }
  return {
    'figures.json': `${JSON.stringify({ command, run: figures, sweep: points }, undefined, 1)}\n`,
    'index.html': toPage(figures, charts, command),
    ...Object.fromEntries(charts.map((chart) => [`${chart.name}.svg`, toSvg(chart)])),
  }
}

/** What gives the same figures; where they are written is another matter. */
function commandOf(args: readonly string[]): string {
  const kept = args.filter(
    (each, index) => !/^--(?:out|json)/.test(each) && args[index - 1] !== '--out',
  )
  return ['npm run simulate --', ...kept].join(' ')
}

async function compare(
  options: SimulationOptions,
  signal: AbortSignal,
  asJson: boolean,
): Promise<void> {
  // The local world has no gateways here, and what goes wrong in it is for its own tests.
  const chosen = { ...options, gateways: false, faults: false }
  // Only here: it brings Postgres and Redis with it.
  const { runLocally } = await import('./local/local-world.ts')
  const local = await runLocally(chosen, { signal, onProgress: (line) => console.error(line) })
  const figures = await simulate(chosen, { signal, onProgress: progressOf('simulation') })
  const both = sideBySide(toComparable(figures), local)
  if (asJson) console.log(JSON.stringify({ options: chosen, both }))
  else console.table(both)
}

async function main(): Promise<void> {
  const values = parse()
  if (values.help) {
    console.log(help)
    return
  }
  const options = readOptions(values)
  const abort = new AbortController()
  const stop = (): void => abort.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const { signal } = abort
  if (values['local-world']) {
    await compare(options, signal, values.json === true)
    return
  }
  const figures = await simulate(options, { signal, onProgress: progressOf('run') })
  const swept = values.sweep
    ? await sweep(options, { signal, onProgress: progressOf('sweep') })
    : undefined
  // What is written is written at once, or not at all.
  signal.throwIfAborted()
  const command = commandOf(process.argv.slice(2))
  if (values.out !== undefined) await writeAll(values.out, files(figures, swept, command))
  if (values.json) console.log(JSON.stringify({ run: figures, sweep: swept }))
  else console.table(mainFigures(figures))
  const runs = [figures, ...(swept ? [...swept.regions, ...swept.writes] : [])]
  for (const { first_violations: first } of runs) {
    for (const [promise, story] of Object.entries(first)) console.error(`${promise}: ${story}`)
    if (Object.keys(first).length > 0) process.exitCode = 1
  }
}

try {
  await main()
} catch (error) {
  if (error instanceof Error && error.name === 'AbortError') {
    process.exitCode = 130
  } else if (error instanceof BadOption || isParseError(error)) {
    console.error(error.message)
    process.exitCode = 2
  } else {
    throw error
  }
}

function isParseError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  )
}
