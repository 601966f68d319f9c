/** What the simulation and the local world can both tell, to be laid side by side. */
import type { Figures } from './figures.ts'

export interface Comparable {
  readonly reads: number
  readonly local_read_ratio_away_from_home: number
  readonly reads_by_source: Readonly<Record<string, number>>
  readonly read_p50_ms: number
  readonly read_p95_ms: number
  readonly write_p50_ms: number
  readonly failures: number
}

export function toComparable(figures: Figures): Comparable {
  const { latency_ms: latency } = figures
  return {
    reads: Math.round(figures.reads_per_second * figures.measured_seconds),
    local_read_ratio_away_from_home: figures.local_read_ratio_away_from_home,
    reads_by_source: figures.reads_by_source,
    read_p50_ms: latency['all']?.p50 ?? 0,
    read_p95_ms: latency['all']?.p95 ?? 0,
    write_p50_ms: latency['write']?.p50 ?? 0,
    failures: Object.values(figures.failures).reduce((sum, count) => sum + count, 0),
  }
}

export function sideBySide(
  simulated: Comparable,
  local: Comparable,
): Readonly<Record<string, { readonly simulated: number; readonly local: number }>> {
  const flat = ({ reads_by_source: sources, ...rest }: Comparable): Record<string, number> => ({
    ...rest,
    ...Object.fromEntries(
      Object.entries(sources).map(([source, share]) => [`answered by ${source}`, share]),
    ),
  })
  const [one, other] = [flat(simulated), flat(local)]
  return Object.fromEntries(
    Object.keys(one).map((name) => [name, { simulated: one[name] ?? 0, local: other[name] ?? 0 }]),
  )
}
