/** `npm run check:consistency`: tries to catch Tidegate giving an answer that it must not give. */
import { parseArgs } from 'node:util'

import { type Way, ways } from './consistency-world.ts'
import { faults } from './faults.ts'
import { mutants } from './mutants.ts'
import { run } from './run.ts'

const help = `Usage: npm run check:consistency -- [options]

Runs many sessions over three regions while things go wrong, and checks what they saw.

  --seconds N    how long   (default 60)
  --seed N       which run of luck   (default 1)
  --sessions N   how many at once   (default 24)
  --keys N       what they write to at a time   (default 60)
  --through W    by which ways: tcp, gateway, workerd, thin   (default all, with commas)
  --faults TEXT  only those in whose name this stands
  --mutant NAME  with a rule broken, to see that it is caught; 'all' tries each
  --json         the report as JSON on the last line
  --help

Ends with 1 if there was a violation, or if a mutant was not caught.

Faults: ${Object.keys(faults).join('; ')}.

Mutants:
${Object.entries(mutants)
  .map(([name, { summary }]) => `  ${name.padEnd(26)}${summary}`)
  .join('\n')}`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '24' },
    keys: { type: 'string', default: '60' },
    through: { type: 'string', default: ways.join() },
    faults: { type: 'string', default: '' },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function whole(name: 'seconds' | 'seed' | 'sessions' | 'keys'): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number > 0) return number
  console.error(`--${name}: expected a whole number above 0.`)
  process.exit(2)
}

const chosen = values.mutant === 'all' ? Object.keys(mutants) : [values.mutant]
const unknown = chosen.find((name) => name !== undefined && !(name in mutants))
if (unknown !== undefined) {
  console.error(`--mutant: expected one of ${Object.keys(mutants).join(', ')} or all.`)
  process.exit(2)
}

function isWay(word: string): word is Way {
  return ways.some((way) => way === word)
}

const words = values.through.split(',')
const through = words.filter(isWay)
if (through.length < words.length) {
  console.error(`--through: expected some of ${ways.join()}, with commas.`)
  process.exit(2)
}

if (values.help) {
  console.log(help)
} else {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const tried: [mutant: string, caughtAfter: number | undefined][] = []
  for (const mutant of chosen) {
    const report = await run({
      mutant,
      faults: values.faults,
      seconds: whole('seconds'),
      seed: whole('seed'),
      sessions: whole('sessions'),
      keys: whole('keys'),
      // A mutant is broken in this process.
      ways: mutant === undefined ? through : ['tcp'],
      signal: abort.signal,
      onProgress: (line) => console.error(line),
    })
    if (values.json) console.log(JSON.stringify(report))
    else console.log(JSON.stringify({ ...report, examples: undefined }, null, 2))
    for (const example of report.examples) console.error(example)
    if (mutant !== undefined) tried.push([mutant, report.caught_after])
    const isBroken = Object.values(report.violations).some((count) => count > 0)
    if (isBroken !== (mutant !== undefined)) process.exitCode = 1
  }
  for (const [mutant, seconds] of tried) {
    console.log(
      `${mutant.padEnd(26)}${seconds === undefined ? 'NOT CAUGHT' : `caught after ${seconds} s`}`,
    )
  }
}
// A connection that was cut while it ended keeps Node busy for ever in its own end.
process.exit()
