/** A gateway for each of some nodes that answers with the SDK, and knows all the others. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import { farNode, startGateway, type TestGateway, toNodeConfig } from './gateway.ts'

export interface ReadThroughGateways extends AsyncDisposable {
  of(node: PostgresNode): TestGateway
}

export interface ReadThroughOptions {
  /** What each of them wants to be shown, and shows the others. */
  readonly bearerToken?: string
  /** As which a node is known. @default its own name */
  readonly nameOf?: (node: PostgresNode) => string
}

export async function startReadThroughGateways(
  world: World,
  nodes: readonly PostgresNode[],
  { bearerToken, nameOf = ({ name }) => name }: ReadThroughOptions = {},
): Promise<ReadThroughGateways> {
  // Each knows the others before they are there.
  const ports = new Map<PostgresNode, number>()
  for (const node of nodes) ports.set(node, await world.freePort())
  const started = await Promise.all(
    nodes.map(async (node) => {
      const elsewhere = nodes
        .filter((other) => other !== node)
        .map((other) => {
          const address = `http://127.0.0.1:${ports.get(other)}/sql`
          return Object.assign(farNode(other, address, bearerToken), { name: nameOf(other) })
        })
      const settings = {
        nodes: [Object.assign(toNodeConfig(node), { name: nameOf(node) })],
        readThrough: true,
        redisUrl: world.region(node.region).redis.url(),
        database: new URL(node.url()).pathname.slice(1),
        region: node.region,
        elsewhere,
        listenPort: ports.get(node),
        queryTimeoutMs: 5_000,
        ...(bearerToken !== undefined && { bearerTokens: [bearerToken] }),
      }
      return [node, await startGateway([node], { settings })] as const
    }),
  )
  const gateways = new Map(started)
  return {
    of(node) {
      const gateway = gateways.get(node)
      if (!gateway) throw new Error(`There is no gateway of ${node.name}`)
      return gateway
    },
    async [Symbol.asyncDispose]() {
      for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]()
    },
  }
}
