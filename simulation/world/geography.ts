/** Where the regions are, and how many databases stand in each. Home comes first. */
import { roundTripMs } from '../../src/topology/distance.ts'
import { type Region, regions } from '../../src/topology/regions.ts'

/** In the order in which an app that grows might open them. */
export const openingOrder: readonly [Region, ...Region[]] = [
  'iad', 'fra', 'syd', 'sin', 'gru', 'nrt', 'lhr', 'sjc', 'bom', 'jnb',
  'ord', 'cdg', 'hkg', 'yyz', 'ams', 'icn', 'mia', 'arn', 'dxb', 'dfw',
  'mad', 'sea', 'del', 'mel', 'waw', 'scl', 'cgk', 'mxp', 'cpt', 'akl',
] // prettier-ignore

export interface Site {
  readonly region: Region
  /** How many databases stand there, at home the primary among them. */
  readonly nodes: number
  /** The share of a day by which its clocks are ahead of Greenwich's. */
  readonly dayOffset: number
}

/** Each region in turn gets a database more; home has the primary and gets its replicas last. */
export function layOut(regionCount: number, nodeCount: number): readonly Site[] {
  const chosen = openingOrder.slice(0, regionCount)
  const turns = [...chosen.slice(1), ...chosen.slice(0, 1)]
  const counts = new Map<Region, number>([[openingOrder[0], 1]])
  for (let index = 0; index < nodeCount - 1; index++) {
    const region = turns[index % turns.length] ?? openingOrder[0]
    counts.set(region, (counts.get(region) ?? 0) + 1)
  }
  return chosen.map((region) => ({
    region,
    nodes: counts.get(region) ?? 0,
    dayOffset: regions[region].longitude / 360,
  }))
}

/** Nobody is nearer than this, however near. */
const WITHIN_REGION_MS = 0.25

export function oneWayMs(from: Region, to: Region, scale: number): number {
  return WITHIN_REGION_MS + (scale * roundTripMs(regions[from], regions[to])) / 2
}
