/** `npm run bench -- NAME --json`: runs the named benchmarks, or all of them against the baseline. */
import { parseArgs } from 'node:util'

import { type Benchmark, type Figures, OptionError } from './benchmark.ts'
import { bundle } from './bundle.ts'
import { cache } from './cache.ts'
import { cdcKills } from './cdc-kills.ts'
import { cdcLarge } from './cdc-large.ts'
import { cdc } from './cdc.ts'
import { classify } from './classify.ts'
import { commitPosition } from './commit-position.ts'
import { compare, type Comparisons, describeChanges } from './compare.ts'
import { gatewayWrites } from './gateway-writes.ts'
import { gateway } from './gateway.ts'
import { geo } from './geo.ts'
import { BASELINE, find, keep, LATEST, toResults } from './results.ts'
import { route } from './route.ts'
import { tideTable } from './tide-table.ts'
import { token } from './token.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  bundle,
  cache,
  cdc,
  'cdc-kills': cdcKills,
  'cdc-large': cdcLarge,
  classify,
  'commit-position': commitPosition,
  gateway,
  'gateway-writes': gatewayWrites,
  geo,
  route,
  'tide-table': tideTable,
  token,
}

const usage = `Usage: npm run bench -- [NAME...] [--json] [--baseline]

Runs the named benchmarks, one after the other. Without a name it runs all of them in a quarter of an
hour, writes bench/results/latest.json, and tells what is worse than in bench/results/baseline.json.

${Object.entries(benchmarks)
  .map(([name, { summary, options = {} }]) =>
    [
      `  ${name.padEnd(17)}${summary}`,
      ...Object.entries(options).map(
        ([option, { default: usual, help }]) =>
          `      --${option.padEnd(17)} ${help}${usual === '' ? '' : ` (${usual})`}`,
      ),
    ].join('\n'),
  )
  .join('\n')}

  --json      print the figures as one JSON object and nothing else; the rest goes to stderr
  --baseline  what was measured is what later runs are held against
  --help      print this
`

/** One benchmark after the other, telling what it does where it does not disturb. */
async function run(
  names: readonly string[],
  optionsOf: (benchmark: Benchmark) => Readonly<Record<string, string>>,
  tell: Console['log'],
): Promise<Readonly<Record<string, Figures>>> {
  const results: Record<string, Figures> = {}
  for (const name of names) {
    const benchmark = benchmarks[name]
    if (!benchmark) continue
    tell(`${name}: ${benchmark.summary}`)
    const figures = await benchmark.run((line) => tell(`  ${line}`), optionsOf(benchmark))
    tell(benchmark.show?.(figures) ?? asTable(figures))
    results[name] = figures
  }
  return results
}

function asTable(figures: Figures): string {
  const width = Math.max(...Object.keys(figures).map(({ length }) => length))
  return Object.entries(figures)
    .map(([name, value]) => `  ${name.padEnd(width)}  ${JSON.stringify(value)}`)
    .join('\n')
}

async function main(): Promise<void> {
  const known = Object.assign({}, ...Object.values(benchmarks).map(({ options }) => options ?? {}))
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(Object.keys(known).map((name) => [name, { type: 'string' as const }])),
      json: { type: 'boolean' },
      baseline: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(usage)
    return
  }
  const given = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  refuse(names, given)
  const all = names.length === 0
  const figures = await run(
    all ? Object.keys(benchmarks) : names,
    ({ amongAll = {} }) => (all ? amongAll : Object.fromEntries(given)),
    values.json ? console.error : console.log,
  )
  if (all) await tellChanges(figures, values.json ? console.error : console.log)
  if (values.baseline) await keepBaseline(figures)
  const [only] = names
  // One benchmark prints its own figures, several print theirs by name.
  if (values.json) {
    console.log(JSON.stringify(names.length === 1 && only ? figures[only] : figures))
  }
}

/** Before anything is measured. */
function refuse(names: readonly string[], given: readonly (readonly [string, string])[]): void {
  const unknown = names.filter((name) => !(name in benchmarks))
  if (unknown.length > 0) throw new OptionError(`There is no benchmark ${unknown.join(', ')}.`)
  for (const [option] of given) {
    if (!names.some((name) => option in (benchmarks[name]?.options ?? {}))) {
      throw new OptionError(`--${option}: expected with the benchmark that it is of.`)
    }
  }
}

async function tellChanges(
  figures: Readonly<Record<string, Figures>>,
  tell: Console['log'],
): Promise<void> {
  const latest = await toResults(figures)
  await keep(LATEST, latest)
  const baseline = await find(BASELINE)
  if (!baseline) {
    tell('There is no baseline to compare with.')
    return
  }
  const comparisons: Comparisons = Object.fromEntries(
    Object.entries(benchmarks).map(([name, { compared }]) => [name, compared]),
  )
  tell(`Against ${baseline.commit} of ${baseline.date.slice(0, 10)}:`)
  tell(describeChanges(compare(baseline, latest, comparisons)))
}

/** Of benchmarks that were not run the earlier figures stay. */
async function keepBaseline(figures: Readonly<Record<string, Figures>>): Promise<void> {
  const earlier = await find(BASELINE)
  await keep(BASELINE, await toResults({ ...earlier?.figures, ...figures }))
}

try {
  await main()
} catch (error) {
  const isUsage =
    error instanceof OptionError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE'))
  if (!isUsage) throw error
  console.error(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
// By itself Node may wait for ever for a socket that a link has reset while it was being closed.
process.exit()
