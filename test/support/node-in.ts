import type { PostgresNode, Role } from '../../infra/local/postgres/node.ts'
import type { World } from '../../infra/local/world.ts'
import type { Region } from '../../src/topology/regions.ts'

/** The first node that a region has in a role. */
export function nodeIn(world: World, region: Region, role: Role): PostgresNode {
  const node = world.region(region).nodes.find((each) => each.role === role)
  if (!node) throw new Error(`${region} has no ${role}`)
  return node
}
