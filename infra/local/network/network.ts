/** The regions' lines to each other, and the ports by which one region reaches what is in another. */
import { roundTripMs } from '../../../src/topology/distance.ts'
import { type Region, regions } from '../../../src/topology/regions.ts'
import { Link } from './link.ts'

/** Where a service is, as seen from each region. */
export interface Address {
  readonly region: Region
  /** @param from the region that asks; without it, from beside the service */
  port(from?: Region): number
}

export class Network {
  readonly #regions: readonly Region[]
  readonly #links = new Map<string, Link>()

  /** @param distanceScale multiplies the real distances; 0 puts all regions in one room. */
  constructor(names: readonly Region[], distanceScale: number) {
    this.#regions = names
    for (const [index, a] of names.entries()) {
      for (const b of names.slice(index + 1)) {
        const latencyMs = (roundTripMs(regions[a], regions[b]) / 2) * distanceScale
        this.#links.set(key(a, b), new Link(a, b, { latencyMs }))
      }
    }
  }

  get links(): Link[] {
    return [...this.#links.values()]
  }

  link(a: Region, b: Region): Link {
    const link = this.#links.get(key(a, b))
    if (!link) throw new Error(`There is no link between ${a} and ${b}`)
    return link
  }

  /** Makes what listens on `port` in `region` reachable from the other regions over their links. */
  async expose(region: Region, port: number): Promise<Address> {
    const others = this.#regions.filter((other) => other !== region)
    const ports = new Map(
      await Promise.all(
        others.map(async (from) => [from, await this.link(from, region).open(from, port)] as const),
      ),
    )
    return {
      region,
      port(from: Region = region) {
        const seen = from === region ? port : ports.get(from)
        if (seen === undefined) throw new Error(`There is no region ${from} in this world`)
        return seen
      },
    }
  }

  close(): void {
    for (const link of this.#links.values()) link.close()
  }
}

function key(a: Region, b: Region): string {
  return [a, b].toSorted().join('–')
}
