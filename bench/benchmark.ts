/** What a benchmark module in this folder exports, and how the runner finds it. */
export interface Benchmark {
  /** One line for the list that `npm run bench -- --help` prints. */
  readonly summary: string
  /** What may be said to it on the command line. */
  readonly options?: OptionTexts | undefined
  /** What is said to it where all are run, so that nobody waits for hours. */
  readonly amongAll?: Readonly<Record<string, string>> | undefined
  /** The figures that are held against those of an earlier run. */
  readonly compared: Readonly<Record<string, Comparison>>
  /** Measures, telling `log` what it does, and gives the figures under the names its issue fixed. */
  run(log: (line: string) => void, options: Readonly<Record<string, string>>): Promise<Figures>
  /** The figures for people. @default a table of them as they are */
  show?(figures: Figures): string
}

export type OptionTexts = Readonly<
  Record<string, { readonly default: string; readonly help: string }>
>

/** An option that means nothing. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

export function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new OptionError(`--${option}: expected a whole number above 0.`)
}

export interface Figures {
  readonly [name: string]: Figure
}

export type Figure = number | string | readonly number[] | Figures

export interface Comparison {
  readonly better: 'lower' | 'higher'
  /**
   * - `exact`: neither luck nor speed is in it.
   * - `size`: bytes and memory.
   * - `ratio`: of two things measured in the same run, so that machines can be compared.
   * - `speed`: as fast as the machine is; compared on the same one only.
   */
  readonly kind: 'exact' | 'size' | 'ratio' | 'speed'
}

/** Percentiles of samples, in the samples' unit. */
export function percentiles(samples: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
