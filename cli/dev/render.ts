/** The world as a table: where each node stands, and who answers how much. */
import { roundTripMs } from '../../src/topology/distance.ts'
import type { Config } from '../config/config.ts'
import type { Status } from '../status/observe.ts'
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import { formatBytes, formatMs } from '../terminal/units.ts'

export interface RegionAnswers {
  readonly total: number
  readonly perSecond: number
}

export function renderDev(
  config: Config,
  status: Status,
  answers: ReadonlyMap<string, RegionAnswers>,
  paint: Paint,
): string {
  const header = [
    'region',
    'from home',
    'node',
    'role',
    'lag',
    'behind',
    'horizon',
    'answers',
    'a second',
  ]
  const rows = status.nodes.map((node, at) => {
    const isFirst = status.nodes.findIndex(({ region }) => region === node.region) === at
    const place = config.nodes.find(({ name }) => name === node.node)?.place
    const distance = place ? roundTripMs(config.primary.place, place) : 0
    const table = status.regions.find(({ region }) => region === node.region)
    const told = isFirst ? answers.get(node.region) : undefined
    return [
      isFirst ? paint('bold', node.region) : '',
      isFirst && distance > 0 ? formatMs(Math.round(distance)) : '',
      node.node,
      node.isPaused ? `${node.role} ${paint('yellow', 'paused')}` : node.role,
      node.unable === undefined ? lagText(node.lagMs) : paint('red', node.unable),
      node.lagBytes === undefined ? '' : formatBytes(node.lagBytes),
      isFirst ? lagText(table?.horizonAgeMs) : '',
      told ? String(told.total) : '',
      told ? told.perSecond.toFixed(1) : '',
    ]
  })
  return columns([header.map((name) => paint('gray', name)), ...rows])
}

function lagText(ms: number | undefined): string {
  return ms === undefined ? '' : formatMs(ms)
}
