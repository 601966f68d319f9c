/** One command: its arguments as a table, from which parsing, refusals and `--help` all come. */
import { stripVTControlCharacters } from 'node:util'

import { type ArgsDef, defineCommand, type ParsedArgs, renderUsage, runCommand } from 'citty'

import { TidegateError } from '../src/errors.ts'
import type { ExitCode, Io } from './io.ts'

export interface CommandOptions<T extends ArgsDef> {
  readonly name: string
  readonly summary: string
  readonly args: T
  /** Any number of words; they are in `args._`. */
  readonly takesWords?: boolean | undefined
  /** Follows the usage in `--help`. */
  readonly more?: (() => string) | undefined
  readonly run: (args: ParsedArgs<T>, io: Io) => Promise<ExitCode>
}

export interface Command {
  readonly name: string
  readonly summary: string
  usage(io: Io): Promise<string>
  /** @throws TidegateError `CONFIG_INVALID` if an argument is not one */
  run(given: readonly string[], io: Io): Promise<ExitCode>
}

export function command<const T extends ArgsDef>(options: CommandOptions<T>): Command {
  const { name, summary, args, more, run, takesWords = false } = options
  const meta = { name: `tidegate ${name}`, description: summary }
  return {
    name,
    summary,
    async usage(io) {
      const usage = await renderUsage(defineCommand({ meta, args }))
      const text = io.hasColour ? usage : stripVTControlCharacters(usage)
      return more ? `${text}\n\n${more()}` : text
    },
    async run(given, io) {
      refuseUnknown(given, args, takesWords)
      let code: ExitCode = 1
      const runnable = defineCommand<T>({
        meta,
        args,
        run: async ({ args: parsed }) => {
          code = await run(parsed, io)
        },
      })
      await runCommand(runnable, { rawArgs: [...given] })
      return code
    },
  }
}

/** The parser takes whatever comes; a misspelt `--apply` must not look as if it had been heard. */
function refuseUnknown(given: readonly string[], args: ArgsDef, takesWords: boolean): void {
  let positionals = 0
  const named = Object.values(args).filter(({ type }) => type === 'positional').length
  const most = takesWords ? Infinity : named
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? ''
    if (word === '--') {
      positionals += given.length - at - 1
      break
    }
    if (!word.startsWith('-') || word === '-') {
      positionals += 1
      continue
    }
    const [flag = '', value] = word.split(/=(.*)/s, 2)
    const found = find(flag, args)
    if (!found) throw usageError(`${flag}: there is no such option`)
    if (found.type === 'boolean') continue
    if (value === undefined) at += 1
    if ((value ?? given[at] ?? '') === '') throw usageError(`${flag}: expected a value`)
  }
  if (positionals > most) throw usageError(most === 0 ? 'expected options only' : 'too many words')
}

function find(flag: string, args: ArgsDef): ArgsDef[string] | undefined {
  const name = flag.replace(/^--?/, '')
  for (const [key, arg] of Object.entries(args)) {
    if (arg.type === 'positional') continue
    const aliases = 'alias' in arg && arg.alias !== undefined ? [arg.alias].flat() : []
    if (flag === `--${key}` || aliases.some((alias) => flag === `-${alias}`)) return arg
    if (arg.type === 'boolean' && name === `no-${key}`) return arg
  }
  return undefined
}

export function usageError(message: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${message}.`)
}

/** Arguments that several commands take. */
export const jsonArg = {
  json: { type: 'boolean', description: 'Print one JSON document and nothing else' },
} as const

export const configArgs = {
  config: {
    type: 'string',
    valueHint: 'file',
    description: 'The configuration; otherwise tidegate.config.ts, .js or .json up from here',
  },
  'env-file': {
    type: 'string',
    valueHint: 'file',
    description: 'Variables for secrets; otherwise .env beside the configuration',
  },
} as const
