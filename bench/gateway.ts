import { startWorld, type World } from '../infra/local/world.ts'
import type { Benchmark } from './benchmark.ts'
import { applyLoad, type Load } from './gateway/load.ts'

const CONNECTIONS = 32
const WARM_UP_MS = 3_000
const ROUND_MS = 2_500
/** In turn, so that whatever else the machine does meets both alike. */
const ROUNDS = 6

const schema = `create table item (id int primary key, body text);
insert into item select g, md5(g::text) from generate_series(1, 10000) g`

interface Server extends AsyncDisposable {
  readonly load: Load
}

async function start(
  world: World,
  name: string,
  program: string,
  env: (port: number) => Record<string, string>,
): Promise<Server> {
  const port = await world.freePort()
  const child = world.process({
    name,
    command: process.execPath,
    args: [program],
    env: { ...process.env, NODE_ENV: 'production', ...env(port) },
  })
  child.spawn()
  const load: Load = {
    port,
    connections: CONNECTIONS,
    // As the official driver sends them.
    headers: {
      'Content-Type': 'text/plain;charset=UTF-8',
      'Neon-Connection-String': world.primary.url(),
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify({ query: 'select id, body from item where id = $1', params: ['42'] }),
  }
  await child.ready(async () => {
    const { body, headers } = load
    return await fetch(`http://127.0.0.1:${port}/sql`, { method: 'POST', body, headers }).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  return { load, [Symbol.asyncDispose]: async () => await child.stop() }
}

async function requestsPerSecond({ load }: Server, ms: number): Promise<number> {
  const { statuses, seconds } = await applyLoad(load, ms)
  if ([...statuses.keys()].some((status) => status !== 200)) throw new Error('not all were 200')
  return (statuses.get(200) ?? 0) / seconds
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** What the gateway leaves of what a bare handler of the same query does. */
export const gateway: Benchmark = {
  summary: 'point selects over HTTP: a bare handler with a pool, and the gateway',
  run: async (log) => {
    await using world = await startWorld({ home: 'iad', distanceScale: 0, schema })
    const { hostname, port, host } = new URL(world.primary.url())
    const nodes = [{ name: 'iad-1', host: hostname, port: Number(port), hosts: [host] }]
    await using bare = await start(world, 'bare', 'bench/gateway/bare.ts', (own) => ({
      BENCH_URL: world.primary.url(),
      BENCH_PORT: String(own),
    }))
    await using ours = await start(world, 'gateway', 'gateway/main.ts', (own) => ({
      TIDEGATE_GATEWAY_NODES: JSON.stringify(nodes),
      TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1',
      TIDEGATE_GATEWAY_LISTEN_PORT: String(own),
    }))
    for (const server of [bare, ours]) await requestsPerSecond(server, WARM_UP_MS)
    const rounds: { readonly bare: number; readonly ours: number }[] = []
    for (let i = 0; i < ROUNDS; i++) {
      const round = {
        bare: await requestsPerSecond(bare, ROUND_MS),
        ours: await requestsPerSecond(ours, ROUND_MS),
      }
      rounds.push(round)
      log(`bare ${Math.round(round.bare)}/s, gateway ${Math.round(round.ours)}/s`)
    }
    return {
      bare_rps: Math.round(median(rounds.map((round) => round.bare))),
      gateway_rps: Math.round(median(rounds.map((round) => round.ours))),
      ratio: Math.round(median(rounds.map((round) => round.ours / round.bare)) * 100) / 100,
    }
  },
}
