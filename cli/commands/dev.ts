/** `tidegate dev`: a geography on this machine for the app that is being written. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Progress } from '../../infra/local/startup.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { parseDurationMs } from '../../src/sql/outcome.ts'
import { command, usageError } from '../command.ts'
import { parseRegion, parseRegions, requireBinaries } from '../dev/options.ts'
import { obey, ORDERS } from '../dev/orders.ts'
import { type RegionAnswers, renderDev } from '../dev/render.ts'
import { Services, setUp } from '../dev/services.ts'
import { devVars, formatVars } from '../dev/vars.ts'
import { worldConfig } from '../dev/world-config.ts'
import type { Io } from '../io.ts'
import { Observatory } from '../status/observe.ts'
import { liveText } from '../terminal/live.ts'
import { painter } from '../terminal/paint.ts'

const EVERY_MS = 1000

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
  more: () => `While it runs you may type:\n\n${ORDERS}`,
  async run(args, io) {
    requireBinaries()
    const home = parseRegion(args.home, '--home')
    const regions = parseRegions(args.regions)
    const distanceScale = Number(args.distance)
    if (!(distanceScale >= 0)) throw usageError('--distance: expected a number from 0')
    const lagMs = parseDurationMs(args.lag)
    if (lagMs === undefined) throw usageError('--lag: expected a time, as 500ms or 2s')
    const vars = resolve(io.cwd, args.vars)
    if (existsSync(vars) && !(await isOurs(vars))) {
      throw usageError(`--vars: ${args.vars} is there and was not written by this; name another`)
    }
    await using world = await startWorld({
      home,
      regions,
      distanceScale,
      schema: await schemaOf(args.schema, io),
      onProgress: (progress) => tellProgress(progress, io),
      signal: io.signal,
    })
    const from =
      args.from === undefined ? world.regions.at(-1)?.name : parseRegion(args.from, '--from')
    if (!from || !world.regions.some(({ name }) => name === from)) {
      throw usageError('--from: expected one of the regions')
    }
    for (const node of world.databases.nodes) {
      if (node.role === 'standby' && lagMs > 0) await node.delayReplay(lagMs)
    }
    await setUp(world)
    await using services = await Services.start(world)
    const told = devVars(world, services, from)
    await writeFile(vars, MARK + formatVars(told))
    if (args.json) io.out(`${JSON.stringify({ ready: true, file: args.vars, vars: told })}\n`)
    else io.out(`\n${formatVars(told)}\nThis is in ${args.vars} too. Ctrl-C ends everything.\n\n`)
    await watch({ world, services, io, json: args.json === true })
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

interface Watched {
  readonly world: World
  readonly services: Services
  readonly io: Io
  readonly json: boolean
}

async function watch({ world, services, io, json }: Watched): Promise<void> {
  const paint = painter(io)
  const end = new AbortController()
  const signal = AbortSignal.any([io.signal, end.signal])
  let said = ''
  const typing = (async () => {
    for await (const line of io.lines(signal)) {
      const answer = await obey(line, world).catch(() => 'That did not work')
      if (answer === undefined) end.abort()
      else said = answer
      if (json && answer) io.out(`${JSON.stringify({ said: answer })}\n`)
    }
  })().catch(() => {})
  await using observatory = new Observatory(worldConfig(world))
  const answers = new Map<string, RegionAnswers>()
  using live = liveText(io)
  while (!signal.aborted) {
    const status = await observatory.look()
    for (const { region, answered } of services.regions) {
      const total = await answered()
      const before = answers.get(region)?.total ?? total
      answers.set(region, { total, perSecond: ((total - before) * 1000) / EVERY_MS })
    }
    if (json) io.out(`${JSON.stringify({ ...status, answers: Object.fromEntries(answers) })}\n`)
    else if (io.isTerminal) live.show(`${renderDev(world, status, answers, paint)}\n\n${said}`)
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
  }
  await typing
}
