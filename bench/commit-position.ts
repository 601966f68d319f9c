import { startWorld } from '../infra/local/world.ts'
import type { Driver, Target, Work } from '../src/drivers/driver.ts'
import { sendNeon } from '../src/drivers/neon-request.ts'
import { neonDriver } from '../src/drivers/neon.ts'
import { pgDriver } from '../src/drivers/node/pg.ts'
import { startGateway } from '../test/support/gateway.ts'
import { startNeonEndpoint } from '../test/support/neon-endpoint.ts'
import { type Benchmark, type Figures, percentiles } from './benchmark.ts'

const WARM_UP = 10

type Run = () => Promise<unknown>

async function medianMs(samples: number, run: Run): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run()
  const times: number[] = []
  for (let i = 0; i < samples; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return Math.round(percentiles(times).p50 * 100) / 100
}

const insert: Work = {
  queries: [{ text: 'insert into note (body) values ($1)', params: ['measured'] }],
  signal: new AbortController().signal,
}

function writing(driver: Driver, target: Target, work: Work): Run {
  return async () => await driver.write(target, work)
}

/** What the same write costs with each way to learn where it was committed, near and far. */
export const commitPosition: Benchmark = {
  summary: 'what it costs a write to learn where it was committed',
  // Times with a round trip in them: of what a way costs they say little across machines.
  compared: {
    far_http_xid_ms_p50: { better: 'lower', kind: 'speed' },
    far_http_lsn_ms_p50: { better: 'lower', kind: 'speed' },
    far_gateway_lsn_ms_p50: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    await using world = await startWorld({
      home: 'iad',
      regions: { fra: {} },
      schema: 'create table note (id int generated always as identity primary key, body text)',
    })
    await using endpoint = await startNeonEndpoint()
    await using gateway = await startGateway([world.primary])
    await using tcp = pgDriver({ max: 2 })
    const address = await world.expose('iad', endpoint.port)
    const gatewayAddress = await world.expose('iad', gateway.server.port)

    const figures: Record<string, number> = {}
    for (const [where, from, samples] of [
      ['near', undefined, 300],
      ['far', 'fra', 20],
    ] as const) {
      const http: Target = {
        name: 'iad-1',
        role: 'primary',
        // The endpoint stands beside the database; it is the way to the endpoint that is long.
        url: world.primary.url(),
        endpoint: `http://127.0.0.1:${address.port(from)}/sql`,
      }
      const viaGateway: Target = {
        ...http,
        endpoint: `http://127.0.0.1:${gatewayAddress.port(from)}/sql`,
        gateway: true,
      }
      const direct: Target = { ...http, name: where, url: world.primary.url(from) }
      const transaction = { ...insert, transaction: {} }
      const xid = neonDriver({ commitPosition: 'xid' })
      const lsn = neonDriver({ commitPosition: 'lsn' })
      const ways: Readonly<Record<string, Run>> = {
        http_bare: async () => await sendNeon({ ...insert, target: http, onSent: () => {} }),
        http_xid: writing(xid, http, insert),
        http_lsn: writing(lsn, http, insert),
        http_transaction_xid: writing(xid, http, transaction),
        http_transaction_lsn: writing(lsn, http, transaction),
        gateway_lsn: writing(xid, viaGateway, insert),
        gateway_transaction_lsn: writing(xid, viaGateway, transaction),
        tcp_lsn: writing(tcp, direct, insert),
        tcp_transaction_lsn: writing(tcp, direct, transaction),
      }
      for (const [way, run] of Object.entries(ways)) {
        const ms = await medianMs(samples, run)
        figures[`${where}_${way}_ms_p50`] = ms
        log(`${where} ${way}: ${ms} ms`)
      }
    }
    return figures satisfies Figures
  },
}
