/** The command line as a function: words in, an exit code out. */
import { isTidegateError } from '../src/errors.ts'
import type { Command } from './command.ts'
import { commands } from './commands/index.ts'
import type { ExitCode, Io } from './io.ts'
import { problemOf } from './reach/problem.ts'
import { columns } from './terminal/columns.ts'
import { painter } from './terminal/paint.ts'
import { version } from './version.ts'

export async function runProgram(words: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...given] = words
  if (name === '--version') {
    io.out(`${version()}\n`)
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [asked] = given
    const about = asked === undefined ? undefined : commands.find((each) => each.name === asked)
    io.out(about ? `${await about.usage(io)}\n` : overview(io))
    return name === undefined ? 2 : 0
  }
  const command = commands.find((each) => each.name === name)
  if (!command) {
    io.err(`There is no command ${JSON.stringify(name)}.\n\n${overview(io)}`)
    return 2
  }
  const options = given.includes('--') ? given.slice(0, given.indexOf('--')) : given
  if (options.includes('--help') || options.includes('-h')) {
    io.out(`${await command.usage(io)}\n`)
    return 0
  }
  return await runCommand(command, given, io)
}

async function runCommand(command: Command, given: readonly string[], io: Io): Promise<ExitCode> {
  const paint = painter(io)
  try {
    return await command.run(given, io)
  } catch (error) {
    if (io.signal.aborted) return 1
    const isUsage = isTidegateError(error, 'CONFIG_INVALID') || isParserError(error)
    const message = isParserError(error) ? `${error.message}.` : problemOf(error)
    io.err(`${paint('red', '✗')} ${message}\n`)
    if (io.env['TIDEGATE_DEBUG'] === '1' && error instanceof Error) io.err(`${error.stack}\n`)
    if (isUsage) io.err(`  See: tidegate ${command.name} --help\n`)
    return isUsage ? 2 : 1
  }
}

/** Of the arguments' parser; its messages name the argument. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'CLIError'
}

function overview(io: Io): string {
  const paint = painter(io)
  const rows = commands.map(({ name, summary }) => [paint('cyan', name), summary])
  return `${paint('bold', 'tidegate')} <command> [options]

${columns(rows, '  ')}

Each tells more with --help, and with --json it answers one JSON document.
Exit codes: 0 all is well, 1 it found problems or failed, 2 it was not asked rightly.
`
}
