/**
 * How long it takes to know what a statement does: our one pass, the memo, and PostgreSQL's own
 * parser (libpg-query, in WebAssembly) giving its syntax tree, over the same statements in turn.
 */
import { loadModule, parseSync } from 'libpg-query'

import { footprint } from '../src/sql/footprint.ts'
import { FootprintMemo } from '../src/sql/memo.ts'
import { type Benchmark, percentiles } from './benchmark.ts'
import { statements } from './statements.ts'

const ROUNDS = 150
const CALLS = 20
const MEMO_CALLS = 200

export const classify: Benchmark = {
  summary: 'tell what a statement does: uncached, memoised, and with libpg-query',
  run: async (log) => {
    await loadModule()
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

/** Microseconds for one call. */
function time(calls: number, call: () => unknown): number {
  const start = performance.now()
  for (let done = 0; done < calls; done += 1) call()
  return ((performance.now() - start) * 1000) / calls
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
