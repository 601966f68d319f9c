/** A consumer's settings: what the configuration tells of its region, and over it the environment. */
import { readSettings, type Settings } from '../../cdc-consumer/operations/settings.ts'
import type { Config, ConfiguredNode } from '../config/config.ts'
import { regionOf } from './region-of.ts'

export function consumerSettings(config: Config, name: string | undefined): Settings {
  const region = regionOf(config, name, ({ redis }) => redis !== undefined)
  const own = region.nodes.find(({ role }) => role !== 'primary')
  // A standby may be promoted, wherever it is: then it is home.
  const nodes = config.nodes.filter(
    (node) => node.role !== 'subscriber' || region.nodes.includes(node),
  )
  return readSettings(config.env, {
    nodes: nodes.map((node) => toNodeOptions(node)),
    redis: region.redis?.read(),
    table: config.table,
    slot: region.slot,
    publication: config.publication,
    keys: config.keys,
    ...(config.searchPath && { searchPath: config.searchPath }),
    // Without a replica here, another region's would be taken.
    ...(own ? { sourceNode: own.name } : { source: 'home' }),
    ...config.consumer,
  })
}

function toNodeOptions({ name, role, url }: ConfiguredNode): object {
  return { name, role, url: url.read() }
}
