/**
 * What got worse since an earlier run, as ratios: 1.3 is worse by three tenths, whichever way the
 * figure is better. Ratios are compared wherever a benchmark has them, because of two things that were
 * measured side by side the machine takes no side.
 */
import type { Comparison, Figure, Figures } from './benchmark.ts'
import type { Machine, Results } from './results.ts'

/** From how many times worse on it is told: beneath lies what differs between two runs anyway. */
export const thresholds: Readonly<Record<Comparison['kind'], number>> = {
  exact: 1,
  size: 1.05,
  ratio: 1.25,
  speed: 1.5,
}

/** By benchmark and figure. */
export type Comparisons = Readonly<Record<string, Readonly<Record<string, Comparison>>>>

export interface Change {
  /** `cdc.ratio[0]`: the benchmark, the figure, which of several. */
  readonly name: string
  readonly before: number
  readonly now: number
  /** How many times worse; below 1 it is better. */
  readonly factor: number
  readonly verdict: 'worse' | 'better' | 'alike'
}

export interface Compared {
  readonly changes: readonly Change[]
  /** Figures of which one run has none, and speeds of another machine. */
  readonly left: readonly string[]
}

export function compare(before: Results, now: Results, comparisons: Comparisons): Compared {
  const changes: Change[] = []
  const left: string[] = []
  const sameMachine = isSame(before.machine, now.machine)
  for (const [benchmark, figures] of Object.entries(comparisons)) {
    for (const [figure, comparison] of Object.entries(figures)) {
      const name = `${benchmark}.${figure}`
      const pairs = pairsOf(name, before.figures[benchmark], now.figures[benchmark], figure)
      if (pairs.length === 0 || (comparison.kind === 'speed' && !sameMachine)) left.push(name)
      else changes.push(...pairs.map((pair) => judge(pair, comparison)))
    }
  }
  return { changes, left }
}

type Pair = Pick<Change, 'name' | 'before' | 'now'>

function judge(pair: Pair, { better, kind }: Comparison): Change {
  const { before, now } = pair
  const factor = better === 'lower' ? quotient(now, before) : quotient(before, now)
  const threshold = thresholds[kind]
  const verdict = factor > threshold ? 'worse' : factor < 1 / threshold ? 'better' : 'alike'
  return { ...pair, factor, verdict }
}

/** From nothing to something is more than any factor. */
function quotient(a: number, b: number): number {
  return a === b ? 1 : a / b
}

function pairsOf(
  name: string,
  before: Figures | undefined,
  now: Figures | undefined,
  figure: string,
): readonly Pair[] {
  const [earlier, later] = [numbersOf(before?.[figure]), numbersOf(now?.[figure])]
  const pairs: Pair[] = []
  for (const [index, value] of later.entries()) {
    const other = earlier[index]
    if (other === undefined || !Number.isFinite(other) || !Number.isFinite(value)) continue
    pairs.push({ name: later.length > 1 ? `${name}[${index}]` : name, before: other, now: value })
  }
  return pairs
}

function numbersOf(figure: Figure | undefined): readonly number[] {
  if (typeof figure === 'number') return [figure]
  return isList(figure) ? figure : []
}

function isList(figure: Figure | undefined): figure is readonly number[] {
  return Array.isArray(figure)
}

function isSame(a: Machine, b: Machine): boolean {
  return a.cpu === b.cpu && a.cores === b.cores
}

/** What there is to say, worst first. */
export function describeChanges({ changes, left }: Compared): string {
  const of = (verdict: Change['verdict']): readonly Change[] =>
    changes.filter((each) => each.verdict === verdict).toSorted((a, b) => b.factor - a.factor)
  const [worse, better] = [of('worse'), of('better')]
  return [
    worse.length === 0
      ? `Nothing got worse, of ${changes.length} figures.`
      : `Worse, of ${changes.length} figures:`,
    ...worse.map((change) => line(change, change.factor)),
    ...(better.length > 0 ? ['Better:'] : []),
    ...better.toReversed().map((change) => line(change, 1 / change.factor)),
    ...(left.length > 0 ? [`Not compared: ${left.join(', ')}.`] : []),
  ].join('\n')
}

function line({ name, before, now }: Change, times: number): string {
  const factor = Number.isFinite(times) ? `${times.toFixed(2)} times` : 'from nothing'
  return `  ${name}: ${before} → ${now}, ${factor}`
}
