/** What a run is made of. The same options give the same figures. */
export interface SimulationOptions {
  readonly regions: number
  /** Databases, the primary among them. */
  readonly nodes: number
  /** How many begin in the course of the run. */
  readonly sessions: number
  /** Of a session, on average. */
  readonly operations: number
  readonly seed: number
  readonly seconds: number
  /** The share of operations that write. */
  readonly writes: number
  readonly rows: number
  /** Tables, each with a list that shows all of it. */
  readonly lists: number
  /** How unequal rows are: the n-th is wanted in proportion to 1 / n^zipf. */
  readonly zipf: number
  /** Isolates that answer for a region. */
  readonly isolates: number
  /** Of other regions' replicas so many are in a client's topology, the nearest; its own all are. */
  readonly reach: number
  readonly cache: boolean
  readonly cacheMegabytes: number
  /** Past so many tags in a region's table those of long ago are removed. */
  readonly maxTags: number
  /** Regions that lose all others, replicas that stand still, a primary that is replaced. */
  readonly faults: boolean
  /** Multiplies the real distances. */
  readonly distance: number
}

export const DEFAULTS: SimulationOptions = Object.freeze({
  regions: 30,
  nodes: 300,
  sessions: 20_000,
  operations: 10,
  seed: 1,
  seconds: 120,
  writes: 0.05,
  rows: 100_000,
  lists: 20,
  zipf: 0.99,
  isolates: 4,
  reach: 6,
  cache: true,
  cacheMegabytes: 64,
  maxTags: 20_000,
  faults: true,
  distance: 1,
})
