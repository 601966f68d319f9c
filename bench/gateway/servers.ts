/** Programs that answer `POST /sql`, each measured in turn under the same load. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import type { Region } from '../../src/topology/regions.ts'
import { applyLoad, type Load } from './load.ts'

const CONNECTIONS = 32
const WARM_UP_MS = 3_000
const ROUND_MS = 2_500
const ROUNDS = 6

export interface Server extends AsyncDisposable {
  readonly load: Load
}

export interface ServerOptions {
  readonly name: string
  readonly program: string
  /** What its clients give as their connection string. */
  readonly url: string
  readonly body: { readonly query: string; readonly params?: readonly string[] }
}

export async function startServer(
  world: World,
  { name, program, url, body: statement }: ServerOptions,
  env: (port: number) => Readonly<Record<string, string>>,
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
      'Neon-Connection-String': url,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify(statement),
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

export interface CompareOptions {
  /** @default 32 */
  readonly connections?: number
  /** @default 6 */
  readonly rounds?: number
}

/** In turn, so that whatever else the machine does meets all alike. */
export async function compare<Name extends string>(
  servers: Readonly<Record<Name, Server>>,
  log: (line: string) => void,
  { connections = CONNECTIONS, rounds: count = ROUNDS }: CompareOptions = {},
): Promise<readonly Readonly<Record<Name, number>>[]> {
  const all: [string, Server][] = Object.entries(servers)
  const measure = async ({ load }: Server, ms: number): Promise<number> =>
    await requestsPerSecond({ ...load, connections }, ms)
  for (const [, server] of all) await measure(server, WARM_UP_MS)
  const rounds: Readonly<Record<Name, number>>[] = []
  for (let i = 0; i < count; i++) {
    const round: Record<string, number> = {}
    for (const [name, server] of all) round[name] = await measure(server, ROUND_MS)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each of the servers
    rounds.push(round as Record<Name, number>)
    log(all.map(([name]) => `${name} ${Math.round(round[name] ?? 0)}/s`).join(', '))
  }
  return rounds
}

async function requestsPerSecond(load: Load, ms: number): Promise<number> {
  const { statuses, seconds } = await applyLoad(load, ms)
  if ([...statuses.keys()].some((status) => status !== 200)) throw new Error('not all were 200')
  return (statuses.get(200) ?? 0) / seconds
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

export function rounded(ratio: number): number {
  return Math.round(ratio * 100) / 100
}

/** @param from the region that reaches them; without it, from beside them */
export function nodesOf(nodes: readonly PostgresNode[], from?: Region): string {
  return JSON.stringify(
    nodes.map((node) => {
      const { name, role, region } = node
      const { hostname, port, host } = new URL(node.url(from))
      return { name, role, region, host: hostname, port: Number(port), hosts: [host] }
    }),
  )
}

export function listenOn(port: number): Record<string, string> {
  return { TIDEGATE_GATEWAY_LISTEN_HOST: '127.0.0.1', TIDEGATE_GATEWAY_LISTEN_PORT: String(port) }
}
