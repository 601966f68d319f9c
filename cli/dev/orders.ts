/** What one types while the world runs, to see what becomes of reads then. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { parseDurationMs } from '../../src/sql/outcome.ts'

export const ORDERS = `lag NODE TIME     a standby shows each commit so much later: lag fra-1 2s; 0 takes it back
pause NODE        a replica applies nothing more
resume NODE       and goes on
cut REGION        no way between this region and home
heal REGION       and there is one again
kill NODE         as when its machine loses power
start NODE        and comes back
quit              end everything`

/** @returns what was done, for people; `undefined` to end */
export async function obey(line: string, world: World): Promise<string | undefined> {
  const [order = '', name = '', value = ''] = line.trim().split(/\s+/)
  switch (order) {
    case '':
      return ''
    case 'quit':
    case 'q':
      return undefined
    case 'lag':
      return await lag(find(world, name), name, value)
    case 'pause':
    case 'resume':
      return await hold(find(world, name), name, order === 'pause')
    case 'cut':
    case 'heal': {
      const region = world.regions.find((each) => each.name === name)?.name
      if (region === undefined || region === world.home) return unknown(name)
      const link = world.link(world.home, region)
      if (order === 'cut') link.cut()
      else link.heal()
      return `${name} is ${order === 'cut' ? 'cut off from' : 'connected to'} ${world.home}`
    }
    case 'kill':
    case 'start': {
      const node = find(world, name)
      if (!node) return unknown(name)
      await (order === 'kill' ? node.kill() : node.start())
      return `${name} is ${order === 'kill' ? 'dead' : 'back'}`
    }
    default:
      return ORDERS
  }
}

async function lag(node: PostgresNode | undefined, name: string, value: string): Promise<string> {
  if (!node) return unknown(name)
  if (node.role !== 'standby') return `${name} is a ${node.role}: only a standby lags by a time`
  const ms = parseDurationMs(value)
  if (ms === undefined) return 'lag: expected a time, as 500ms or 2s'
  await node.delayReplay(ms)
  return `${name} shows each commit ${ms} ms later`
}

async function hold(
  node: PostgresNode | undefined,
  name: string,
  isPause: boolean,
): Promise<string> {
  if (!node) return unknown(name)
  if (node.role === 'primary') return `${name} is the primary: it applies nothing`
  await (isPause ? node.pauseReplay() : node.resumeReplay())
  return `${name} is ${isPause ? 'paused' : 'going on'}`
}

function find(world: World, name: string): PostgresNode | undefined {
  return world.databases.nodes.find((node) => node.name === name)
}

function unknown(name: string): string {
  return `There is nothing called ${JSON.stringify(name)} for that`
}
