import type { Region } from '../../src/topology/regions.ts'
import { regions as known } from '../../src/topology/regions.ts'
import type { OnProgress } from './startup.ts'

export type NodeRole = 'standby' | 'subscriber'

export interface RegionOptions {
  /** The region's databases besides the primary. @default [] */
  readonly nodes?: readonly NodeRole[]
}

export interface WorldOptions {
  /** The region of the primary. */
  readonly home: Region
  /** The other regions; the home region may be named here too, to give it replicas of its own. */
  readonly regions?: Readonly<Partial<Record<Region, RegionOptions>>>
  /** SQL that is run in every database before replication starts: tables, functions, first rows. */
  readonly schema?: string
  /** Multiplies the real distances between regions; 0 puts all of them in one room. @default 1 */
  readonly distanceScale?: number
  /** Told of each part as it starts. */
  readonly onProgress?: OnProgress
  /** Ends the start and cleans up. */
  readonly signal?: AbortSignal
}

export interface NodePlan {
  readonly name: string
  readonly region: Region
  readonly role: 'primary' | NodeRole
}

export interface WorldPlan {
  readonly regions: readonly Region[]
  readonly nodes: readonly NodePlan[]
  readonly distanceScale: number
}

/** Checks the options and names the nodes: by region and number, because roles change. */
export function plan({ home, regions = {}, distanceScale = 1 }: WorldOptions): WorldPlan {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are checked just below
  const names = [...new Set<Region>([home, ...(Object.keys(regions) as Region[])])]
  for (const name of names) {
    if (!(name in known)) {
      throw new TypeError(`regions.${name}: expected one of ${Object.keys(known).join(', ')}`)
    }
  }
  if (!(distanceScale >= 0 && distanceScale < Infinity)) {
    throw new TypeError('distanceScale: expected a number from 0')
  }
  const nodes = names.flatMap((region) => {
    const replicas = regions[region]?.nodes ?? []
    const roles = region === home ? (['primary', ...replicas] as const) : replicas
    return roles.map((role, index): NodePlan => ({ name: `${region}-${index + 1}`, region, role }))
  })
  return { regions: names, nodes, distanceScale }
}
