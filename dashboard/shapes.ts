/** What the server tells the page. Plain JSON: positions are bytes of WAL, moments are ms. */
import type { TideMetadata } from '../src/client/metadata.ts'

/** One query, as the page needs it. */
export type RouteTold = Pick<
  TideMetadata,
  'node' | 'region' | 'role' | 'source' | 'reason' | 'cache' | 'ms' | 'stalenessMs'
> & { readonly tried: number }

export interface RegionShape {
  readonly name: string
  readonly city: string
  readonly latitude: number
  readonly longitude: number
}

export interface LinkShape {
  readonly ends: readonly [string, string]
  readonly roundTripMs: number
}

/** Something that can be broken, and mended again. */
export interface FaultShape {
  readonly id: string
  readonly label: string
  /** How it is mended. Absent: it mends itself. */
  readonly undo?: string
  /** What to look at then. */
  readonly watch: string
}

/** What does not change while the page is open. */
export interface Scene {
  readonly home: string
  readonly regions: readonly RegionShape[]
  readonly links: readonly LinkShape[]
  /** None: there is nothing to break here. */
  readonly faults: readonly FaultShape[]
  /** There is a sample app to try. */
  readonly hasSample: boolean
}

export interface NodeSample {
  readonly name: string
  readonly region: string
  readonly role: 'primary' | 'standby' | 'subscriber'
  /** How far its answers reach. `null`: it does not answer. */
  readonly applied: number | null
  readonly lagBytes: number | null
  readonly lagMs: number | null
}

export interface RegionSample {
  readonly name: string
  /** Up to where the region's tide table covers every commit. `null`: it cannot be read. */
  readonly horizon: number | null
  readonly horizonLagMs: number | null
  readonly consumer: boolean
  readonly redis: boolean
  readonly epoch?: number | undefined
  /** Answers in its cache. */
  readonly entries?: number | undefined
}

export interface Sample {
  readonly at: number
  readonly primary: string
  /** The primary's position. */
  readonly position: number
  readonly nodes: readonly NodeSample[]
  readonly regions: readonly RegionSample[]
  /** Links that carry nothing, as `iad–syd`. */
  readonly cut: readonly string[]
  readonly faults: readonly FaultState[]
}

export interface FaultState {
  readonly id: string
  /** `unfit`: as things are now it cannot be done. */
  readonly state: 'off' | 'unfit' | 'working' | 'on' | 'failed'
}

/** One request: what it asked, who answered and, in the demo, what the nearest would have said. */
export interface Visit {
  readonly id: number
  readonly at: number
  /** The region in which the reader is. */
  readonly edge: string
  readonly who: 'you' | 'visitor'
  readonly does: string
  readonly ok: boolean
  readonly writes: boolean
  readonly ms: number
  readonly route: RouteTold | null
  /** The nearest database alone would have left out what this reader had written. */
  readonly prevented: boolean
}

export interface Totals {
  readonly reads: number
  readonly writes: number
  readonly failed: number
  readonly prevented: number
  readonly cache: number
  /** Reads by the reader's region, then by who served them. */
  readonly served: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface Events {
  readonly scene: Scene
  readonly sample: Sample
  readonly visit: Visit
  readonly totals: Totals
}
