/** `tidegate dev`: a geography on this machine for the app that is being written. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { Progress } from '../../infra/local/startup.ts'
import { startWorld } from '../../infra/local/world.ts'
import { parseDurationMs } from '../../src/sql/outcome.ts'
import { command, usageError } from '../command.ts'
import { environment } from '../config/load.ts'
import { parseRegion, parseRegions, requireBinaries } from '../dev/options.ts'
import { obey, ORDERS } from '../dev/orders.ts'
import { OWN_ORDERS, OwnPostgres, type OwnPostgresOptions } from '../dev/own-postgres.ts'
import { renderDev } from '../dev/render.ts'
import { Services, setUp } from '../dev/services.ts'
import { devVars, formatVars } from '../dev/vars.ts'
import { type Watched, watch } from '../dev/watch.ts'
import { worldConfig } from '../dev/world-config.ts'
import type { Io } from '../io.ts'

export const devCommand = command({
  name: 'dev',
  summary: 'A local world for your app: regions, real distances, lag that you turn up to see it',
  args: {
    schema: { type: 'string', valueHint: 'file', description: 'SQL that makes your tables' },
    home: { type: 'string', default: 'iad', description: 'The region of the primary' },
    regions: {
      type: 'string',
      default: 'fra:standby,syd:subscriber',
      description: 'The other regions and what they have',
    },
    from: { type: 'string', description: 'Where your app is thought to run; the last region' },
    url: {
      type: 'string',
      valueHint: 'NAME',
      description: 'A Postgres that you have, by the variable of its url: no world, no replicas',
    },
    distance: {
      type: 'string',
      default: '1',
      description: 'Times the real one; 0: all in one room',
    },
    lag: {
      type: 'string',
      default: '0',
      description: 'Of all standbys, as 500ms; more can be typed',
    },
    vars: { type: 'string', default: '.dev.vars', description: 'Where to write the endpoints' },
    json: { type: 'boolean', description: 'One line of JSON when it is ready, then one a second' },
  },
  more: () => `While it runs you may type:\n\n${ORDERS}\n\nand with --url:\n\n${OWN_ORDERS}`,
  async run(args, io) {
    const home = parseRegion(args.home, '--home')
    const regions = parseRegions(args.regions)
    const distanceScale = Number(args.distance)
    if (!(distanceScale >= 0)) throw usageError('--distance: expected a number from 0')
    const lagMs = parseDurationMs(args.lag)
    if (lagMs === undefined) throw usageError('--lag: expected a time, as 500ms or 2s')
    const vars = resolve(io.cwd, args.vars)
    const from = args.from === undefined ? undefined : parseRegion(args.from, '--from')
    if (existsSync(vars) && !(await isOurs(vars))) {
      throw usageError(`--vars: ${args.vars} is there and was not written by this; name another`)
    }
    if (args.url !== undefined) {
      const options = { variable: args.url, home, from: from ?? 'fra', distanceScale }
      return await devWithOwn(options, vars, args, io)
    }
    requireBinaries()
    await using world = await startWorld({
      home,
      regions,
      distanceScale,
      schema: await schemaOf(args.schema, io),
      onProgress: (progress) => tellProgress(progress, io),
      signal: io.signal,
    })
    const here = from ?? world.regions.at(-1)?.name
    if (!here || !world.regions.some(({ name }) => name === here)) {
      throw usageError('--from: expected one of the regions')
    }
    for (const node of world.databases.nodes) {
      if (node.role === 'standby' && lagMs > 0) await node.delayReplay(lagMs)
    }
    await setUp(world)
    await using services = await Services.start(world)
    const told = devVars(world, services, here)
    await writeFile(vars, MARK + formatVars(told))
    if (args.json) io.out(`${JSON.stringify({ ready: true, file: args.vars, vars: told })}\n`)
    else io.out(`\n${formatVars(told)}\nThis is in ${args.vars} too. Ctrl-C ends everything.\n\n`)
    const config = worldConfig(world)
    const watched = {
      config,
      gateways: services.regions,
      obey: async (line: string) => await obey(line, world),
      render: (...[status, answers, paint]: Parameters<Watched['render']>) =>
        renderDev(config, status, answers, paint),
    }
    await watch(watched, io, args.json === true)
    return 0
  },
})

const MARK = '# Written by `tidegate dev`, and again each time it starts.\n'

async function isOurs(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8')).startsWith(MARK)
}

/** The superuser here is called as Tidegate's schema is, where "$user" would have new tables be. */
const SEARCH_PATH = 'alter database app set search_path = public;\nset search_path = public;\n'

async function schemaOf(file: string | undefined, io: Io): Promise<string> {
  if (file === undefined) return SEARCH_PATH
  try {
    return SEARCH_PATH + (await readFile(resolve(io.cwd, file), 'utf8'))
  } catch {
    throw usageError('--schema: expected a file that can be read')
  }
}

function tellProgress({ part, state, ms, note }: Progress, io: Io): void {
  if (note !== undefined) io.err(`  … ${part}: ${note}\n`)
  else if (state !== 'starting') {
    io.err(`  ${state === 'ready' ? '✓' : '✗'} ${part.padEnd(20)} ${String(ms).padStart(6)} ms\n`)
  }
}

async function devWithOwn(
  options: Omit<OwnPostgresOptions, 'env'>,
  file: string,
  args: { readonly json?: boolean | undefined; readonly vars: string },
  io: Io,
): Promise<0> {
  await using own = await OwnPostgres.start({ ...options, env: await environment({}, io) })
  await writeFile(file, MARK + formatVars(own.vars), { mode: 0o600 })
  // The password in it is a real one: it is in the file, and on no screen.
  const names = Object.keys(own.vars)
  if (args.json) io.out(`${JSON.stringify({ ready: true, file: args.vars, names })}\n`)
  else io.out(`${names.join(', ')} are in ${args.vars}. Ctrl-C ends everything.\n\n`)
  const watched = {
    config: own.config,
    gateways: [{ region: options.home, answered: own.answered }],
    obey: async (line: string) => await own.obey(line),
    render: (...[status, answers, paint]: Parameters<Watched['render']>) =>
      renderDev(own.config, status, answers, paint),
  }
  await watch(watched, io, args.json === true)
  return 0
}
