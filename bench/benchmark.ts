/** What a benchmark module in this folder exports, and how the runner finds it. */
export interface Benchmark {
  /** One line for the list that `npm run bench -- --help` prints. */
  readonly summary: string
  /** What may be said to it on the command line. */
  readonly options?: OptionTexts | undefined
  /** The figures that may be compared with those of another run. */
  readonly compared?: Readonly<Record<string, Comparison>> | undefined
  /** Measures, telling `log` what it does, and gives the figures under the names its issue fixed. */
  run(log: (line: string) => void, options: Readonly<Record<string, string>>): Promise<Figures>
  /** The figures for people. @default a table of them as they are */
  show?(figures: Figures): string
}

export type OptionTexts = Readonly<
  Record<string, { readonly default: string; readonly help: string }>
>

export interface Figures {
  readonly [name: string]: Figure
}

export type Figure = number | string | readonly number[] | Figures

/** How a figure is held against an earlier one. */
export interface Comparison {
  readonly better: 'lower' | 'higher'
  /**
   * - `count`: nothing of it is luck or speed; what differs at all has changed.
   * - `ratio`: of two things measured in the same run, so machines can be compared.
   * - `speed`: as fast as the machine is, and compared on the same one only.
   */
  readonly kind: 'count' | 'ratio' | 'speed'
}

/** Median and 99th percentile of samples, in the samples' unit. */
export function percentiles(samples: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
