/** Finds the configuration file, reads it, and the variables that it names. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'

import { isTidegateError, TidegateError } from '../../src/errors.ts'
import type { Io } from '../io.ts'
import { type Config, readConfig } from './config.ts'

export const FILE_NAMES = ['tidegate.config.ts', 'tidegate.config.js', 'tidegate.config.json']

export interface ConfigArgs {
  readonly config?: string | undefined
  readonly 'env-file'?: string | undefined
}

/** @throws TidegateError `CONFIG_INVALID` if there is none, or it is wrong */
export async function loadConfig(args: ConfigArgs, io: Io): Promise<Config> {
  const config = await loadConfigIfAny(args, io)
  if (config) return config
  throw invalid(
    `There is no ${FILE_NAMES.join(', ')} here or above. Write one with \`tidegate init\``,
  )
}

export async function loadConfigIfAny(args: ConfigArgs, io: Io): Promise<Config | undefined> {
  const file = args.config === undefined ? findUpwards(io.cwd) : resolve(io.cwd, args.config)
  if (file === undefined) return undefined
  const env = await environment(args, io, dirname(file))
  const given = await readObject(file)
  try {
    return readConfig(given, env)
  } catch (error) {
    if (!isTidegateError(error)) throw error
    throw invalid(`${shortName(file, io.cwd)}: ${error.message.replace(/\.$/, '')}`)
  }
}

/** The variables of the process, and of the file those that the process has not. */
export async function environment(
  args: ConfigArgs,
  io: Io,
  folder: string = io.cwd,
): Promise<Readonly<Record<string, string | undefined>>> {
  const asked = args['env-file']
  const file = asked === undefined ? join(folder, '.env') : resolve(io.cwd, asked)
  if (asked === undefined && !existsSync(file)) return io.env
  try {
    return { ...parseEnv(await readFile(file, 'utf8')), ...io.env }
  } catch {
    throw invalid('--env-file: expected a file of NAME=value lines that can be read')
  }
}

function findUpwards(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const name = FILE_NAMES.find((each) => existsSync(join(folder, each)))
    if (name !== undefined) return join(folder, name)
    if (folder === dirname(folder)) return undefined
  }
}

async function readObject(file: string): Promise<unknown> {
  const expected = 'expected a file that can be read, of JSON or with a default export'
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'))
    const module: unknown = await import(pathToFileURL(file).href)
    if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  } catch (error) {
    // What it says may quote the file.
    const where = error instanceof Error ? error.name : 'Error'
    throw invalid(`${file.split('/').at(-1)}: ${expected} (${where})`)
  }
  throw invalid(`${file.split('/').at(-1)}: ${expected}`)
}

function shortName(file: string, cwd: string): string {
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file
}

function invalid(message: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${message}.`)
}
