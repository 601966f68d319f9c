/** `node cdc-consumer/main.ts`: one region's consumer, set up by environment or file. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { isTidegateError } from '../src/errors.ts'
import { readSettings, settingsHelp } from './operations/settings.ts'
import { runProgram } from './program.ts'

const usage = `Usage: consumer [--config FILE]

Tails a WAL into a region's tide table. Each setting is a variable, or a field of the JSON file.

${settingsHelp()}

  --config FILE      TIDEGATE_CONFIG
  --help             print this
`

const { values } = parseArgs({
  options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})

if (values.help) console.log(usage)
else await main(values.config ?? process.env['TIDEGATE_CONFIG'])

async function main(path: string | undefined): Promise<void> {
  const end = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => end.abort())
  try {
    const file: unknown = path === undefined ? {} : JSON.parse(await readFile(path, 'utf8'))
    await runProgram(readSettings(process.env, file), end.signal)
  } catch (error) {
    // Errors of others may quote what they could not read.
    console.error(isTidegateError(error) ? error.message : 'The consumer could not start.')
    process.exitCode = isTidegateError(error, 'CONFIG_INVALID') ? 2 : 1
  }
}
