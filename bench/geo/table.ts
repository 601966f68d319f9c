/** The figures as lines of text: for each mix what reads took, and what they were worth. */
import type { Figure, Figures } from '../benchmark.ts'

type Column = readonly [title: string, cell: (lane: Figures) => string]

const times: readonly Column[] = [
  ['read p50/p95/p99: iad', (lane) => readMs(lane, 'iad')],
  ['fra', (lane) => readMs(lane, 'fra')],
  ['syd', (lane) => readMs(lane, 'syd')],
  ['write p50: iad/fra/syd', (lane) => joined(within(lane, 'write_ms_p50'))],
]

const worth: readonly Column[] = [
  ['local away', (lane) => percent(within(lane, 'local_share')['away'])],
  ['from cache', (lane) => percent(lane['cached_share'])],
  ['primary queries/read', (lane) => text(lane['primary_queries_per_read_away'])],
  ['lack own write', (lane) => text(lane['read_your_writes_violations'])],
  ['go back', (lane) => text(lane['monotonic_reads_violations'])],
  ['of reads', (lane) => text(lane['session_reads'])],
  ['beyond bound', (lane) => text(lane['beyond_bound_reads'])],
  ['of reads', (lane) => text(lane['bounded_reads'])],
  ['failed', (lane) => text(lane['failed'])],
]

export function geoTable(figures: Figures): string {
  const { strategies: _, ...others } = figures
  const rest = Object.entries(others).map(([name, value]) => `${name}: ${text(value)}`)
  return [...tablesOf(figures).map(aligned), rest.join('\n')].join('\n\n')
}

/** The same in Markdown, without what is no table. */
export function geoMarkdown(figures: Figures): string {
  return tablesOf(figures)
    .map(([head = [], ...rows]) =>
      [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n'),
    )
    .join('\n\n')
}

type Table = readonly (readonly string[])[]

function tablesOf({ strategies = {} }: Figures): readonly Table[] {
  const byStrategy = Object.entries(asFigures(strategies))
  const mixes = new Set(byStrategy.flatMap(([, each]) => Object.keys(asFigures(each))))
  return [...mixes].flatMap((mix) =>
    [times, worth].map((columns) => {
      const head = [mix].concat(columns.map(([title]) => title))
      const rows = byStrategy.map(([strategy, lanes]) => {
        const lane = within(asFigures(lanes), mix)
        return [strategy].concat(columns.map(([, cell]) => cell(lane)))
      })
      return [head].concat(rows)
    }),
  )
}

function aligned(rows: Table): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

function readMs(lane: Figures, region: string): string {
  return joined(within(within(lane, 'read_ms'), region))
}

function joined(figures: Figures): string {
  return Object.values(figures)
    .map((each) => (Number.isNaN(each) ? '–' : text(each)))
    .join(' / ')
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
  return typeof figure === 'number' || typeof figure === 'string' ? String(figure) : ''
}
