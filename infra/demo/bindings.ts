/** What the Worker of one region is told: where the databases are, as seen from there. */
import type { Region } from '../../src/topology/regions.ts'
import type { PostgresNode } from '../local/postgres/node.ts'
import type { World } from '../local/world.ts'
import type { Service } from './services.ts'

export interface Surroundings {
  readonly gateways: ReadonlyMap<Region, Service>
  /** The region's Redis, over HTTP. */
  readonly redis: { readonly url: string; readonly token: string }
}

/** Signs the sessions of a demo that lives for minutes on one machine. */
const TOKEN_KEY = 'the demo of tidegate signs with this key'

/** Who shows it may use the Workers' `/sql`. */
export const SQL_TOKEN = 'the-token-of-the-demo-of-tidegate'

export function bindingsOf(
  world: World,
  region: Region,
  { gateways, redis }: Surroundings,
): Record<string, string> {
  const { primary, nodes } = world.databases
  const gatewayAddress = (node: PostgresNode): string => {
    const gateway = gateways.get(node.region)
    if (!gateway) throw new Error(`There is no gateway in ${node.region}`)
    return `http://127.0.0.1:${gateway.address.port(region)}/sql`
  }
  const replicas = nodes
    .filter((node) => node !== primary)
    .map((node) => ({
      name: node.name,
      region: node.region,
      role: node.role,
      // As the gateway knows it: the Worker itself reaches nothing but the gateway.
      url: node.url(),
      endpoint: gatewayAddress(node),
      gateway: true,
    }))
  return {
    REGION: region,
    PRIMARY_NAME: primary.name,
    PRIMARY_REGION: primary.region,
    PRIMARY_URL: primary.url(),
    PRIMARY_GATEWAY: gatewayAddress(primary),
    REPLICAS: JSON.stringify(replicas),
    TIDES: JSON.stringify([{ region, ...redis }]),
    TOKEN_KEYS: TOKEN_KEY,
    SQL_TOKENS: SQL_TOKEN,
    MODE: 'development',
    SHOW_ROUTES: 'on',
    PLAIN_TWIN: 'on',
  }
}
