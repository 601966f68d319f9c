/**
 * What sessions, footprints, gate and stamps add to a read, beside the bare driver: both ask the same
 * endpoint in this process, which answers at once.
 */
import type * as Neon from '@neondatabase/serverless'

import type * as Client from '../src/client/tidegate.ts'
import type * as NeonDriver from '../src/drivers/neon.ts'
import { importBundled } from './as-bundled.ts'
import { type Benchmark, percentiles } from './benchmark.ts'

/** Both from one bundle, as an app has them. */
const bundle = `
export { neon, neonConfig, types } from '@neondatabase/serverless'
export { createTidegate } from './src/client/tidegate.ts'
export { neonDriver } from './src/drivers/neon.ts'`

type Bundled = Pick<typeof Neon, 'neon' | 'neonConfig' | 'types'> &
  Pick<typeof Client, 'createTidegate'> &
  Pick<typeof NeonDriver, 'neonDriver'>

/** A session lives as long as a request. */
const READS_PER_REQUEST = 10
const ROUNDS = 4000
/** Until the engine has compiled what is hot, in both. */
const WARM_UP = 20_000
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
const told = (text: string): object => result([field('format', 25)], [[text]])
const before = told('t|0/3000000|750|1790000000000|')
const after = told('t|0/3000000||')

const alone = JSON.stringify(answer)
const batch = JSON.stringify({ results: [before, answer, after] })
const headers = { 'content-type': 'application/json' }

/** Answers a single query as it is, and a batch as a standby would: with text that is ready. */
async function endpoint(_url: unknown, { body }: { body?: unknown } = {}): Promise<Response> {
  const isBatch = String(body).startsWith('{"queries"')
  return await Promise.resolve(new Response(isBatch ? batch : alone, { headers }))
}

async function sample(rounds: number, read: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    await read()
    samples.push((performance.now() - begun) * 1000)
  }
  return samples
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

export const route: Benchmark = {
  summary: 'CPU that a read costs beside the bare driver',
  compared: {
    ratio: { better: 'lower', kind: 'ratio' },
    added_us_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    const { neon, neonConfig, types, createTidegate, neonDriver }: Bundled =
      await importBundled(bundle)
    neonConfig.fetchFunction = endpoint
    const bare = neon(url)
    const tg = createTidegate(
      { primary: { region: 'iad', url }, replicas: [{ region: 'fra', url }], region: 'fra' },
      { driver: neonDriver({ fetch: endpoint }), types },
    )
    let { sql } = tg.session()
    let left = READS_PER_REQUEST
    const nextSql = (): typeof sql => {
      if (--left === 0) {
        left = READS_PER_REQUEST
        sql = tg.session().sql
      }
      return sql
    }
    const reads = {
      bare: async () => await bare`select id, body from post where id = ${1}`,
      tidegate: async () => await nextSql()`select id, body from post where id = ${1}`,
    }
    for (const read of [reads.bare, reads.tidegate]) await sample(WARM_UP, read)
    const runs: Record<'bare' | 'tidegate', number[]> = { bare: [], tidegate: [] }
    // In turns, so that a busy moment of the machine meets both.
    for (let turn = 0; turn < 3; turn++) {
      for (const name of ['bare', 'tidegate'] as const)
        runs[name].push(...(await sample(ROUNDS, reads[name])))
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
