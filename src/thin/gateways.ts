/** The gateways of a thin client, and which of them is asked first. */
import { Breaker } from '../breaker.ts'
import { roundTripMs } from '../topology/distance.ts'
import type { Place } from '../topology/regions.ts'
import type { Node } from '../topology/topology.ts'

export interface Gateway {
  readonly node: Node
  readonly breaker: Breaker
}

export class Gateways {
  #all: readonly Gateway[]

  constructor(nodes: readonly Node[], here: Place) {
    this.#all = nodes.map((node) => ({ node, breaker: new Breaker() }))
    this.from(here)
  }

  /** The nearest first. */
  from(here: Place): void {
    const far = ({ node }: Gateway): number => roundTripMs(here, node.place)
    this.#all = this.#all.toSorted((a, b) => far(a) - far(b))
  }

  /** Those that fail are asked last, and where all of them do, all are. */
  inOrder(now: number): readonly Gateway[] {
    const well = this.#all.filter(({ breaker }) => breaker.admits(now))
    return [...well, ...this.#all.filter((gateway) => !well.includes(gateway))]
  }
}
