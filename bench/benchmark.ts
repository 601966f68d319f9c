/** What a benchmark module in this folder exports, and how the runner finds it. */
export interface Benchmark {
  /** One line for the list that `npm run bench -- --help` prints. */
  readonly summary: string
  /** Measures, telling `log` what it does, and gives the figures under the names its issue fixed. */
  run(log: (line: string) => void): Promise<Figures>
}

export type Figures = Readonly<Record<string, number | string | readonly number[]>>

/** Median and 99th percentile of samples, in the samples' unit. */
export function percentiles(samples: readonly number[]): { p50: number; p99: number } {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
