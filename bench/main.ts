/** `npm run bench -- NAME --json`: runs the named benchmarks, or all of them. */
import { parseArgs } from 'node:util'

import type { Benchmark } from './benchmark.ts'
import { bundle } from './bundle.ts'
import { cache } from './cache.ts'
import { cdcKills } from './cdc-kills.ts'
import { cdcLarge } from './cdc-large.ts'
import { cdc } from './cdc.ts'
import { classify } from './classify.ts'
import { commitPosition } from './commit-position.ts'
import { gateway } from './gateway.ts'
import { geo } from './geo.ts'
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
  geo,
  route,
  'tide-table': tideTable,
  token,
}

const usage = `Usage: npm run bench -- [NAME...] [--json]

Runs the named benchmarks, or all of them, one after the other.

${Object.entries(benchmarks)
  .map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`)
  .join('\n')}

  --json     print the figures as one JSON object on the last line
  --help     print this
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
})

const names = positionals.length > 0 ? positionals : Object.keys(benchmarks)
const unknown = names.filter((name) => !(name in benchmarks))

if (values.help) {
  console.log(usage)
} else if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}.\n\n${usage}`)
  process.exitCode = 2
} else {
  const results: Record<string, unknown> = {}
  for (const name of names) {
    console.log(`${name}: ${benchmarks[name]?.summary}`)
    const figures = await benchmarks[name]?.run((line) => console.log(`  ${line}`), {})
    console.table(figures)
    results[name] = figures
  }
  const [only] = names
  // One benchmark prints its own figures, several print theirs by name.
  if (values.json) console.log(JSON.stringify(names.length === 1 && only ? results[only] : results))
}
