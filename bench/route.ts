/**
 * What sessions, footprints, gate and stamps add to a read, beside the bare driver: both ask the same
 * endpoint in this process, which answers at once.
 */
import { neon, neonConfig, types } from '@neondatabase/serverless'

import { createTidegate } from '../src/client/tidegate.ts'
import { neonDriver } from '../src/drivers/neon.ts'
import { type Benchmark, percentiles } from './benchmark.ts'

const ROUNDS = 4000
const WARM_UP = 1000
const url = 'postgresql://user:password@db.example.org/app'

const field = (name: string, dataTypeID: number): object => ({
  name,
  dataTypeID,
  tableID: 0,
  columnID: 0,
  dataTypeSize: -1,
  dataTypeModifier: -1,
  format: 'text',
})
const result = (fields: object[], rows: (string | null)[][]): object => ({
  fields,
  rows,
  command: 'SELECT',
  rowCount: rows.length,
  rowAsArray: true,
})
const answer = result([field('id', 23), field('body', 25)], [['1', 'hello']])
const before = result(
  ['standby', 'lsn', 'xmin', 'at', 'shown'].map((name) => field(name, 25)),
  [['true', '0/3000000', '750', '1790000000000', '{}']],
)
const after = result(
  ['lsn', 'timeline', 'segment_bytes', 'standby'].map((name) => field(name, 25)),
  [['0/3000000', null, '16777216', 'true']],
)

/** Answers a single query as it is, and a batch as a standby would. */
async function endpoint(_url: unknown, init: { body?: unknown } = {}): Promise<Response> {
  const body: { queries?: unknown[] } = JSON.parse(String(init.body))
  return await Promise.resolve(
    Response.json(body.queries ? { results: [before, answer, after] } : answer),
  )
}

async function sample(read: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now()
    await read()
    samples.push((performance.now() - begun) * 1000)
  }
  return samples.slice(WARM_UP)
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

export const route: Benchmark = {
  summary: 'CPU that a read costs beside the bare driver',
  run: async (log) => {
    neonConfig.fetchFunction = endpoint
    const bare = neon(url)
    const tg = createTidegate(
      { primary: { region: 'iad', url }, replicas: [{ region: 'fra', url }], region: 'fra' },
      { driver: neonDriver({ fetch: endpoint }), types },
    )
    const { sql } = tg.session()
    const reads = {
      bare: async () => await bare`select id, body from post where id = ${1}`,
      tidegate: async () => await sql`select id, body from post where id = ${1}`,
    }
    const runs: Record<'bare' | 'tidegate', number[]> = { bare: [], tidegate: [] }
    // In turns, so that a busy moment of the machine meets both.
    for (let turn = 0; turn < 3; turn++) {
      for (const name of ['bare', 'tidegate'] as const)
        runs[name].push(...(await sample(reads[name])))
    }
    neonConfig.fetchFunction = undefined
    const [a, b] = [percentiles(runs.bare).p50, percentiles(runs.tidegate).p50]
    log(`${runs.bare.length} reads each`)
    return {
      bare_us_p50: tenths(a),
      tidegate_us_p50: tenths(b),
      added_us_p50: tenths(b - a),
      ratio: tenths(b / a),
    }
  },
}
