/** What an app at the edge is told of a local world: variables, as `.dev.vars` has them. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Services } from './services.ts'
import { DEV_TOKEN_KEY } from './world-config.ts'

/** @param region where the app is thought to run: other regions are as far as they are from there */
export function devVars(
  world: World,
  services: Services,
  region: Region,
): Readonly<Record<string, string>> {
  const { primary, nodes } = world.databases
  const endpoint = (node: PostgresNode): string =>
    `http://127.0.0.1:${services.of(node.region).gateway.port(region)}/sql`
  const replicas = nodes
    .filter((node) => node !== primary)
    .map((node) => ({
      name: node.name,
      region: node.region,
      role: node.role,
      // As the gateway knows it: the app itself reaches nothing but the gateway.
      url: node.url(),
      endpoint: endpoint(node),
      gateway: true,
    }))
  return {
    REGION: region,
    PRIMARY_NAME: primary.name,
    PRIMARY_REGION: primary.region,
    PRIMARY_URL: primary.url(),
    PRIMARY_GATEWAY: endpoint(primary),
    REPLICAS: JSON.stringify(replicas),
    TIDES: JSON.stringify([{ region, ...services.of(region).redis }]),
    TOKEN_KEYS: DEV_TOKEN_KEY,
    MODE: 'development',
  }
}

export function formatVars(vars: Readonly<Record<string, string>>): string {
  return Object.entries(vars)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('')
}
