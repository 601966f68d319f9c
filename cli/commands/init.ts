/** `tidegate init`: a configuration from looking at databases. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { TidegateError } from '../../src/errors.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import { command, jsonArg, usageError } from '../command.ts'
import { environment, FILE_NAMES } from '../config/load.ts'
import { type Inspected, inspect } from '../init/inspect.ts'
import {
  type ConfigParts,
  jsonConfig,
  type Placed,
  TOKEN_KEY_VARIABLE,
  typescriptConfig,
} from '../init/write-config.ts'
import type { Io } from '../io.ts'
import { painter } from '../terminal/paint.ts'
import { formatMs } from '../terminal/units.ts'

export const initCommand = command({
  name: 'init',
  summary: 'Write a configuration by looking at databases: roles, versions, regions',
  takesWords: true,
  args: {
    databases: {
      type: 'positional',
      required: false,
      description: 'Variables that hold connection strings, with the region where it is not plain',
    },
    redis: {
      type: 'string',
      valueHint: 'region=NAME,…',
      description: "The variables of the regions' Redis",
    },
    format: {
      type: 'enum',
      options: ['ts', 'json'],
      default: 'ts',
      description: 'tidegate.config.ts or .json',
    },
    'env-file': {
      type: 'string',
      valueHint: 'file',
      description: 'Variables; otherwise .env here',
    },
    ...jsonArg,
  },
  more: () => `For example: tidegate init DATABASE_URL FRA_URL=fra SYD_URL=ap-southeast-2 --redis fra=FRA_REDIS

It writes names of variables, never what they hold, and no file that is there already.`,
  async run(args, io) {
    const there = FILE_NAMES.find((name) => existsSync(join(io.cwd, name)))
    if (there !== undefined) throw usageError(`${there} is there already; it is not written over`)
    const env = await environment(args, io)
    const given = args._.map((word) => parseWord(word))
    if (given.length === 0) {
      throw usageError('expected names of variables that hold connection strings')
    }
    const inspected = await Promise.all(
      given.map(async ({ name }) => {
        const url = env[name]
        if (url === undefined || url === '') throw usageError(`${name} is not set`)
        return await inspect(name, url)
      }),
    )
    checkOneCluster(inspected)
    const placed = await place(
      inspected,
      new Map(given.map((each) => [each.name, each.region])),
      io,
    )
    const parts = toParts(placed, parseRedis(args.redis))
    const name = args.format === 'json' ? 'tidegate.config.json' : 'tidegate.config.ts'
    const text = args.format === 'json' ? jsonConfig(parts) : typescriptConfig(parts)
    // Somebody may have made one while we looked.
    await writeFile(join(io.cwd, name), text, { flag: 'wx' })
    if (args.json) io.out(`${JSON.stringify({ file: name, nodes: placed }, null, 2)}\n`)
    else tell(name, placed, io)
    return 0
  },
})

function parseWord(word: string): { readonly name: string; readonly region: string | undefined } {
  const [name = '', region] = word.split('=', 2)
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw usageError(
      'expected names of variables, not connection strings: they end up in histories',
    )
  }
  if (region === undefined) return { name, region }
  return { name, region: regionOf(region, name) }
}

function regionOf(name: string, field: string): string {
  const region = findRegion(name)
  if (region === undefined) {
    throw usageError(
      `${field}: expected an airport's code or a cloud's region, as fra or eu-central-1`,
    )
  }
  return region
}

function parseRedis(text: string | undefined): ReadonlyMap<string, string> {
  const stores = new Map<string, string>()
  for (const part of text?.split(',') ?? []) {
    const [region = '', variable = ''] = part.split('=', 2)
    if (!/^[A-Za-z_]\w*$/.test(variable)) throw usageError('--redis: expected region=NAME,…')
    stores.set(regionOf(region, '--redis'), variable)
  }
  return stores
}

function checkOneCluster(inspected: readonly Inspected[]): void {
  const primaries = inspected.filter(({ role }) => role === 'primary')
  const [primary, ...others] = primaries
  if (!primary) {
    throw new TidegateError('CONFIG_INVALID', 'None of them takes writes: the primary is missing.')
  }
  if (others.length > 0) {
    const names = primaries.map(({ variable }) => variable).join(', ')
    throw new TidegateError(
      'CONFIG_INVALID',
      `Several take writes and subscribe to nothing: ${names}. One is the primary; the others are no replicas yet.`,
    )
  }
  const stranger = inspected.find(
    ({ role, systemId }) => role === 'standby' && systemId !== primary.systemId,
  )
  if (stranger) {
    throw new TidegateError(
      'CONFIG_INVALID',
      `${stranger.variable} is a standby of another cluster than ${primary.variable}.`,
    )
  }
}

async function place(
  inspected: readonly Inspected[],
  named: ReadonlyMap<string, string | undefined>,
  io: Io,
): Promise<readonly Placed[]> {
  const counts = new Map<string, number>()
  const placed: Placed[] = []
  for (const each of inspected) {
    const { variable, regionGuess, roundTripMs } = each
    const known = named.get(variable) ?? regionGuess
    const answer =
      known ??
      (await io.ask(`Where is ${variable} (${formatMs(roundTripMs)} from here)? Region: `))?.trim()
    if (answer === undefined)
      throw usageError(`${variable}: expected its region, as ${variable}=fra`)
    const region = regionOf(answer, variable)
    const number = (counts.get(region) ?? 0) + 1
    counts.set(region, number)
    placed.push({ ...each, region, name: `${region}-${number}` })
  }
  return placed
}

function toParts(placed: readonly Placed[], redis: ReadonlyMap<string, string>): ConfigParts {
  const primary = placed.find(({ role }) => role === 'primary')
  if (!primary) throw new TidegateError('CONFIG_INVALID', 'The primary is missing.')
  return { primary, replicas: placed.filter((each) => each !== primary), redis }
}

function tell(file: string, placed: readonly Placed[], io: Io): void {
  const paint = painter(io)
  for (const { name, role, version, variable, roundTripMs } of placed) {
    io.out(
      `${paint('green', '✓')} ${name}  ${role}, PostgreSQL ${version}, ${formatMs(roundTripMs)} from here (${variable})\n`,
    )
  }
  io.out(`\n${paint('bold', file)} is written. Next:
  1. set ${TOKEN_KEY_VARIABLE}, for example to what \`openssl rand -base64 32\` prints
  2. tidegate setup, then tidegate setup --apply
  3. tidegate agent --region <region> in each region
  4. tidegate doctor
`)
}
