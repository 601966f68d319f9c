/** What stands between the SDK and the world's databases: Postgres itself, or something over HTTP. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { startGateway } from './gateway.ts'
import { startNeonEndpoint } from './neon-endpoint.ts'
import { startReadThroughGateways } from './read-through-gateways.ts'
import type { Place } from './sdk-stage.ts'

export interface SqlEndpoint extends AsyncDisposable {
  place(node: PostgresNode): Place
}

export type StartEndpoint = (world: World) => Promise<SqlEndpoint>

/** Nothing: the driver speaks Postgres's own protocol. */
export async function startNoEndpoint(): Promise<SqlEndpoint> {
  return await Promise.resolve({
    place: (node) => ({ url: node.url() }),
    async [Symbol.asyncDispose]() {},
  })
}

/** As Neon has it, without a header of ours. */
export async function startPlainEndpoint(): Promise<SqlEndpoint> {
  const endpoint = await startNeonEndpoint()
  return {
    place: (node) => ({ url: node.url(), endpoint: endpoint.url }),
    [Symbol.asyncDispose]: async () => await endpoint[Symbol.asyncDispose](),
  }
}

/** Our own, which tells positions in headers and waits for one. */
export async function startGatewayEndpoint(world: World): Promise<SqlEndpoint> {
  const gateway = await startGateway(world.regions.flatMap(({ nodes }) => nodes))
  return {
    place: (node) => ({ url: node.url(), endpoint: gateway.url, gateway: true }),
    [Symbol.asyncDispose]: async () => await gateway[Symbol.asyncDispose](),
  }
}

/** Our own, one for each node, that answers with the SDK itself: for thin clients. */
export async function startReadThroughEndpoint(world: World): Promise<SqlEndpoint> {
  const { primary, nodes } = world.databases
  const gateways = await startReadThroughGateways(world, nodes, {
    nameOf: (node) => (node === primary ? node.name : node.region),
  })
  return {
    place: (node) => ({ url: node.url(), endpoint: gateways.of(node).url, gateway: true }),
    [Symbol.asyncDispose]: async () => await gateways[Symbol.asyncDispose](),
  }
}
