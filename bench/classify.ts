/**
 * How long it takes to know what a statement does: our one pass, the memo, and PostgreSQL's own
 * parser (libpg-query, in WebAssembly) giving its syntax tree, over the same statements in turn.
 *
 * Ours is measured as apps at the edge run it, bundled into one file.
 */
import { loadModule, parseSync } from 'libpg-query'

import type * as Sql from '../src/sql/index.ts'
import { importBundled } from './as-bundled.ts'
import { type Benchmark, percentiles } from './benchmark.ts'
import { statements } from './statements.ts'

const ROUNDS = 150
const CALLS = 20
const MEMO_CALLS = 200

export const classify: Benchmark = {
  summary: 'tell what a statement does: uncached, memoised, and with libpg-query',
  compared: {
    ratio_vs_libpg_query: { better: 'higher', kind: 'ratio' },
    memo_ns_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    await loadModule()
    const { footprint, FootprintMemo }: typeof Sql = await importBundled(
      `export * from './src/sql/index.ts'`,
    )
    const memo = new FootprintMemo()
    const uncached: number[] = []
    const memoised: number[] = []
    const parser: number[] = []
    log(`${statements.length} statements, ${ROUNDS} rounds`)
    for (let round = -ROUNDS / 3; round < ROUNDS; round += 1) {
      for (const sql of statements) {
        const own = time(CALLS, () => footprint(sql))
        const remembered = time(MEMO_CALLS, () => memo.read(sql))
        const theirs = time(1, () => parseSync(sql))
        // The first rounds let the engine compile what it runs.
        if (round < 0) continue
        uncached.push(own)
        memoised.push(remembered)
        parser.push(theirs)
      }
    }
    for (const [shape, make] of Object.entries(longTexts)) {
      const best = (sql: string): number =>
        Math.min(...[1, 2, 3, 4].map(() => time(1, () => footprint(sql))))
      const half = best(make(500_000))
      const whole = best(make(1_000_000))
      log(`1,000,000 characters of ${shape}: ${(whole / half).toFixed(1)} times 500,000`)
    }
    const own = percentiles(uncached)
    const theirs = percentiles(parser)
    return {
      uncached_us_p50: round2(own.p50),
      uncached_us_p99: round2(own.p99),
      memo_ns_p50: Math.round(percentiles(memoised).p50 * 1000),
      libpg_query_us_p50: round2(theirs.p50),
      ratio_vs_libpg_query: round2(theirs.p50 / own.p50),
    }
  },
}

/** Linear time: twice the text takes about twice as long. */
const longTexts: Readonly<Record<string, (length: number) => string>> = {
  'nested brackets': (length) => `select ${'('.repeat(length / 2)}1${')'.repeat(length / 2)}`,
  'nested WITH': (length) =>
    'with a as ('.repeat(length / 24) + 'select 1' + ') select 1'.repeat(length / 24),
  conditions: (length) => `select 1 from t where ${'id = 1 and '.repeat(length / 11)}true`,
  signs: (length) => `select 1 ${'+'.repeat(length)} 1`,
  comments: (length) => `${'/*'.repeat(length / 4)}${'*/'.repeat(length / 4)} select 1`,
}

/** Microseconds for one call. */
function time(calls: number, call: () => unknown): number {
  const start = performance.now()
  for (let done = 0; done < calls; done += 1) call()
  return ((performance.now() - start) * 1000) / calls
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
