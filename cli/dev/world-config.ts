/** The configuration of a local world, as one of its regions sees it. */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import type { Region } from '../../src/topology/regions.ts'
import { type Config, readConfig } from '../config/config.ts'

/** Signs the sessions of a world that lives on one machine, for as long as one looks at it. */
export const DEV_TOKEN_KEY = 'only-for-development-a-key-that-everybody-knows'

/** @param from the region that looks; without it, from beside each node */
export function worldConfig(world: World, from?: Region): Config {
  const env: Record<string, string> = { TOKEN_KEY: DEV_TOKEN_KEY }
  const { primary, nodes } = world.databases
  const node = (each: PostgresNode): object => {
    const variable = `URL_${each.name.replaceAll('-', '_')}`
    env[variable] = each.region === from ? each.url() : each.url(from)
    const { name, region, role } = each
    return { name, region, url: { env: variable }, ...(role === 'primary' ? {} : { role }) }
  }
  const redis = world.regions.map(({ name, redis: store }) => {
    env[`REDIS_${name}`] = store.url()
    return [name, { env: `REDIS_${name}` }]
  })
  const given = {
    primary: node(primary),
    replicas: nodes.filter((each) => each !== primary).map((each) => node(each)),
    redis: Object.fromEntries(redis),
    tokenKeys: [{ env: 'TOKEN_KEY' }],
    consumer: { host: '127.0.0.1', port: 0, logLevel: 'silent' },
    gateway: { listenHost: '127.0.0.1', listenPort: 0, logLevel: 'silent' },
  }
  return readConfig(given, env)
}
