/** The catalog that the edge has, or what a consumer would publish now. */
import { readCatalog } from '../../cdc-consumer/catalog/read-catalog.ts'
import { type KnownCatalog, readPublishedCatalog } from '../../src/cache/published-catalog.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { RegionRedis } from '../reach/region-redis.ts'

export interface FoundCatalog {
  readonly catalog: KnownCatalog | undefined
  /** For people: where it is from, or why there is none. */
  readonly from: string
}

export async function findCatalog(config: Config, primary: Database): Promise<FoundCatalog> {
  for (const region of config.regions) {
    if (!region.redis?.isSet) continue
    using redis = new RegionRedis(region, config.table)
    const published = await redis.table.readCatalog().catch(() => undefined)
    if (!published) continue
    return {
      catalog: readPublishedCatalog(published.json),
      from: `the tide table of ${region.name}`,
    }
  }
  try {
    const { json } = await primary.withClient(async (client) => {
      await client.query('begin isolation level repeatable read read only')
      try {
        return await readCatalog(client, config)
      } finally {
        await client.query('rollback')
      }
    })
    return {
      catalog: readPublishedCatalog(json),
      from: `${primary.node.name}, as a consumer would publish it`,
    }
  } catch (error) {
    return { catalog: undefined, from: `none: ${primary.node.name}: ${problemOf(error)}` }
  }
}
