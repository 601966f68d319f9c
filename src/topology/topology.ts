/** The nodes that an app can ask, and how far they are. */
import { roundTripMs } from './distance.ts'
import type { Place, Region } from './regions.ts'

export type ReplicaRole = 'standby' | 'subscriber'

export interface Node {
  /** Unique in the topology. */
  readonly name: string
  readonly role: 'primary' | ReplicaRole
  /** `undefined` where only coordinates are known. */
  readonly region: Region | undefined
  readonly place: Place
  readonly url: string | (() => string | Promise<string>)
  readonly endpoint: string | undefined
  readonly gateway: boolean
  readonly bearerToken: string | (() => string | Promise<string>) | undefined
  readonly weight: number
  readonly pool: string
}

export interface Topology {
  readonly primary: Node
  readonly replicas: readonly Node[]
  /** All of them, the primary first. */
  readonly nodes: readonly Node[]
}

/** What a round trip to the node should take from here. `undefined`: nobody knows where here is. */
export function expectedRoundTripMs(node: Node, from: Place | undefined): number | undefined {
  return from && roundTripMs(from, node.place)
}

/** The nearest first; the order in which they were configured where it cannot be told. */
export function orderByRoundTrip(nodes: readonly Node[], from: Place | undefined): readonly Node[] {
  if (!from) return nodes
  const distance = new Map(nodes.map((node) => [node, roundTripMs(from, node.place)]))
  return nodes.toSorted((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0))
}
