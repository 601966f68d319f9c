/** An explanation for a terminal. */
import type { Outcome } from '../../src/sql/index.ts'
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Explanation } from './explanation.ts'
import type { Routes } from './routes.ts'

export interface Explained extends Explanation {
  /** Where the knowledge of tables and functions is from. */
  readonly catalog: string
  readonly routes: Routes | undefined
}

export function renderExplained(explained: Explained, paint: Paint): string {
  const { kind, reason, reads, writes, functions, locks, keys, tags } = explained
  const rows: [string, string][] = [
    ['kind', `${paint(kind === 'read' ? 'green' : 'yellow', kind)}: ${reason}`],
    ...row('reads', listed(reads)),
    ...row('writes', listed(writes)),
    ...row('functions', functions.join(', ')),
    ...row('locks', locks.join(', ')),
    ...row('local', explained.local ? 'its answer is about the node that gives it' : ''),
    ...row('keys', keys.join('; ')),
    [
      'cacheable',
      explained.cacheable ? paint('green', 'yes') : `no: ${explained.uncacheable ?? ''}`,
    ],
    ...row('tags', tags.join(', ')),
    ...row('hints', outcome(explained.hints)),
    ...row('rule', explained.rule ?? ''),
    ...row('asks', outcome(explained.asks)),
    ['fingerprint', explained.fingerprint],
    ['catalog', explained.catalog],
  ]
  const { refused, routes } = explained
  return [
    columns(rows.map(([name, value]) => [paint('gray', name), value])),
    ...(refused === undefined ? [] : [`\n${paint('red', '✗')} The SDK refuses it: ${refused}`]),
    ...(routes ? [`\n${renderRoutes(routes, paint)}`] : []),
    '',
  ].join('\n')
}

function renderRoutes({ regions, silent }: Routes, paint: Paint): string {
  const rows = regions.flatMap(({ from, fresh, afterWrite }) => {
    const way = ({ node, reason }: typeof fresh): string[] => [
      node === undefined ? paint('red', 'nobody') : paint('cyan', node),
      reason,
    ]
    return [
      [from, 'nothing written', ...way(fresh)],
      ['', 'just written', ...way(afterWrite)],
    ]
  })
  const header = ['from', 'session', 'goes to', 'because'].map((name) => paint('gray', name))
  const absent = Object.entries(silent).map(
    ([node, why]) => `${paint('yellow', '!')} ${node} was not asked: ${why}`,
  )
  return [columns([header, ...rows]), ...absent].join('\n')
}

function row(name: string, value: string): [string, string][] {
  return value === '' ? [] : [[name, value]]
}

function listed(names: readonly string[] | 'unknown'): string {
  return typeof names === 'string' ? 'it cannot be told which' : names.join(', ')
}

function outcome({ route, freshness, cache, pool, durability }: Outcome): string {
  return [
    route,
    typeof freshness === 'object' ? `within ${freshness.within} ms` : freshness,
    cache === undefined ? undefined : cache ? 'cache' : 'no cache',
    pool === undefined ? undefined : `pool ${pool}`,
    durability === undefined ? undefined : `durability ${durability}`,
  ]
    .filter(Boolean)
    .join(', ')
}
