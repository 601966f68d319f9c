import { parseLsn } from '../src/tide/lsn.ts'
import { openToken, sealToken } from '../src/tide/seal.ts'
import { importTokenKeys } from '../src/tide/token-keys.ts'
import { toToken } from '../src/tide/token.ts'
import { type Benchmark, percentiles } from './benchmark.ts'

const WARM_UP = 5_000
const SAMPLES = 50_000

/** Microseconds that each of many calls took, one after the other. */
async function sample(work: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < WARM_UP; i++) await work()
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const start = performance.now()
    await work()
    samples.push((performance.now() - start) * 1000)
  }
  return samples
}

function rounded(microseconds: number): number {
  return Math.round(microseconds * 10) / 10
}

export const token: Benchmark = {
  summary: 'seal and open a signed session token',
  compared: {
    token_chars: { better: 'lower', kind: 'exact' },
    seal_us_p50: { better: 'lower', kind: 'speed' },
    open_us_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    const keys = await importTokenKeys(['a secret of at least 32 characters'])
    const session = toToken({ epoch: 1, lsn: parseLsn('16/B374D848') })
    const text = await sealToken(session, keys)
    log(`${SAMPLES} calls each, one at a time, after ${WARM_UP} to warm up`)
    const seal = percentiles(await sample(() => sealToken(session, keys)))
    const open = percentiles(await sample(() => openToken(text, keys)))
    return {
      seal_us_p50: rounded(seal.p50),
      seal_us_p99: rounded(seal.p99),
      open_us_p50: rounded(open.p50),
      open_us_p99: rounded(open.p99),
      token_chars: text.length,
    }
  },
}
