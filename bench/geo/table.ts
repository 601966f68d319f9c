/** The figures as lines of text: one line for each strategy, one table for each mix. */
import type { Figure, Figures } from '../benchmark.ts'

type Cell = (lane: Figures) => string

const columns: readonly (readonly [title: string, cell: Cell])[] = [
  ['read p50/p95/p99 iad', times('iad')],
  ['fra', times('fra')],
  ['syd', times('syd')],
  ['write p50 iad/fra/syd', (lane) => Object.values(within(lane, 'write_ms_p50')).join(' / ')],
  ['local away', (lane) => percent(within(lane, 'local_share')['away'])],
  ['cache', (lane) => percent(lane['cached_share'])],
  ['primary queries/read away', (lane) => text(lane['primary_queries_per_read_away'])],
  ['lacks own write', (lane) => text(lane['read_your_writes_violations'])],
  ['goes back', (lane) => text(lane['monotonic_reads_violations'])],
  ['of reads', (lane) => text(lane['session_reads'])],
  ['beyond bound', (lane) => `${text(lane['beyond_bound_reads'])}/${text(lane['bounded_reads'])}`],
  ['failed', (lane) => text(lane['failed'])],
]

export function geoTable(figures: Figures): string {
  const { strategies = {}, ...others } = figures
  const byStrategy = asFigures(strategies)
  const mixes = new Set(Object.values(byStrategy).flatMap((each) => Object.keys(asFigures(each))))
  const tables = [...mixes].map((mix) => {
    const rows = Object.entries(byStrategy).map(([strategy, lanes]) => {
      const lane = within(asFigures(lanes), mix)
      return [strategy, ...columns.map(([, cell]) => cell(lane))]
    })
    return aligned([[`${mix}, ms`, ...columns.map(([title]) => title)], ...rows])
  })
  const rest = Object.entries(others).map(([name, value]) => `${name}: ${text(value)}`)
  return [...tables, rest.join('\n')].join('\n\n')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

function times(region: string): Cell {
  return (lane) => Object.values(within(within(lane, 'read_ms'), region)).join(' / ')
}

function within(figures: Figures, name: string): Figures {
  return asFigures(figures[name])
}

function asFigures(figure: Figure | undefined): Figures {
  return isFigures(figure) ? figure : {}
}

function isFigures(figure: Figure | undefined): figure is Figures {
  return typeof figure === 'object' && !Array.isArray(figure)
}

function percent(figure: Figure | undefined): string {
  return `${(Number(figure) * 100).toFixed(1)} %`
}

function text(figure: Figure | undefined): string {
  return figure === undefined ? '' : String(figure)
}
