/** `npm run check:consistency`: tries to catch Tidegate giving an answer that it must not give. */
import { parseArgs } from 'node:util'

import { faults } from './faults.ts'
import { run } from './run.ts'

const help = `Usage: npm run check:consistency -- [options]

Runs many sessions over three regions while things go wrong, and checks what they saw.

  --seconds N    how long   (default 60)
  --seed N       which run of luck   (default 1)
  --sessions N   how many at once   (default 24)
  --json         the report as JSON on the last line
  --help

Ends with 1 if there was a violation.

Faults: ${Object.keys(faults).join('; ')}.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '24' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function whole(name: 'seconds' | 'seed' | 'sessions'): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number > 0) return number
  console.error(`--${name}: expected a whole number above 0.`)
  process.exit(2)
}

if (values.help) {
  console.log(help)
} else {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const report = await run({
    seconds: whole('seconds'),
    seed: whole('seed'),
    sessions: whole('sessions'),
    signal: abort.signal,
    onProgress: (line) => console.error(line),
  })
  if (values.json) console.log(JSON.stringify(report))
  else console.log(report)
  if (Object.values(report.violations).some((count) => count > 0)) process.exitCode = 1
}
