/** Far more clients than connections. By hand for longer: `LOAD_SECONDS=60`. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { applyLoad } from '../../../bench/gateway/load.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'

const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 3)
const POOL_SIZE = 10

let world: World
let gateway: TestGateway

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
  gateway = await startGateway([world.primary], {
    settings: { poolSize: POOL_SIZE, maxWaiting: 200, queueMs: 1_000 },
  })
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function load(seconds: number): Promise<ReturnType<typeof applyLoad>> {
  return await applyLoad(
    {
      port: gateway.server.port,
      connections: 500,
      headers: { 'Neon-Connection-String': world.primary.url(), 'Neon-Raw-Text-Output': 'true' },
      body: JSON.stringify({ query: 'select $1::int, pg_sleep(0.002)', params: ['1'] }),
    },
    seconds * 1_000,
  )
}

test(
  'five hundred clients on ten connections get answers, or are told when to come back',
  async ({ annotate }) => {
    const first = await load(SECONDS)
    globalThis.gc?.()
    const memory = process.memoryUsage().rss
    const second = await load(SECONDS)
    globalThis.gc?.()
    const grown = (process.memoryUsage().rss - memory) / 2 ** 20

    for (const { statuses, withoutRetryAfter } of [first, second]) {
      expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
      expect(statuses.get(200)).toBeGreaterThan(100)
      expect(withoutRetryAfter).toBe(0)
    }
    // Far below what a leak of anything of each request would be.
    expect(grown).toBeLessThan(100)
    await until('all connections to be back', async () => {
      const rows = await world.primary.query<{ state: string }>(
        `select state from pg_stat_activity where application_name = 'tidegate'`,
      )
      return rows.length <= POOL_SIZE && rows.every(({ state }) => state === 'idle')
    })
    const counts = [first, second].map(({ statuses }) => [...statuses].join(' '))
    await annotate(`${counts.join(', then ')}; ${grown.toFixed(1)} MiB grown`)
  },
  (SECONDS * 2 + 60) * 1_000,
)
