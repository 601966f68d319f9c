/** A gateway before nodes of a world, as a server in this process. */
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import { type GatewayServer, serve } from '../../gateway/http/server.ts'
import type { CurrentHistory } from '../../gateway/positions/histories.ts'
import { resolveSettings } from '../../gateway/settings/resolve.ts'
import type { PostgresNode } from '../../infra/local/postgres/node.ts'

export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly server: GatewayServer
  readonly url: string
}

export interface TestGatewayOptions {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly history?: CurrentHistory
}

export async function startGateway(
  nodes: readonly PostgresNode[],
  { settings = {}, history }: TestGatewayOptions = {},
): Promise<TestGateway> {
  const resolved = resolveSettings({
    nodes: nodes.map(toNodeConfig),
    listenHost: '127.0.0.1',
    listenPort: 0,
    logLevel: 'silent',
    ...settings,
  })
  const gateway = createGateway(resolved, { history })
  const server = await serve(gateway, resolved)
  return { gateway, server, url: server.url, [Symbol.asyncDispose]: () => server.stop() }
}

export function toNodeConfig(node: PostgresNode): Record<string, unknown> {
  const { hostname, port, host } = new URL(node.url())
  // In the world all nodes are on one address: it is the port that tells them apart.
  return { name: node.name, role: node.role, host: hostname, port: Number(port), hosts: [host] }
}

/** A node behind another gateway, for the `elsewhere` of this one. */
export function farNode(
  node: PostgresNode,
  gateway: string,
  bearerToken?: string,
): Record<string, unknown> {
  const { name, role, region } = node
  return { name, role, region, host: new URL(node.url()).host, gateway, bearerToken }
}

export interface Reply {
  readonly status: number
  readonly rows: readonly unknown[]
  readonly body: unknown
  readonly header: (name: string) => string | null
}

/** One statement, or a body that is sent as it is, as a plain HTTP client asks. */
export async function ask(
  { url }: Pick<TestGateway, 'url'>,
  node: PostgresNode,
  statement: string | object,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Neon-Connection-String': node.url(),
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
      ...headers,
    },
    body: JSON.stringify(typeof statement === 'string' ? { query: statement } : statement),
    signal: signal ?? null,
  })
  const body: unknown = await response.json()
  const rows: unknown =
    typeof body === 'object' && body !== null && 'rows' in body ? body.rows : undefined
  return {
    status: response.status,
    rows: Array.isArray(rows) ? rows : [],
    body,
    header: (name) => response.headers.get(name),
  }
}
