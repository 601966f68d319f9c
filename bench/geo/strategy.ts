/** What the benchmark asks of each way to read from replicas. */
import type { Target } from '../../src/drivers/driver.ts'
import type { Fetch } from '../../src/drivers/neon-request.ts'
import type { Region } from '../../src/topology/regions.ts'

/** A place where an app runs, as one strategy sees it: with connections of its own. */
export interface Edge {
  readonly region: Region
  readonly home: Target & { readonly region: Region }
  /** All replicas, wherever they are. */
  readonly replicas: readonly (Target & { readonly region: Region })[]
  /** The node nearest to the edge: home itself in the home region. */
  readonly near: Target & { readonly region: Region }
  /** The Redis of the region, over HTTP. */
  readonly redis: { readonly url: string; readonly token: string }
  /** Counts what is asked of the primary. */
  readonly fetch: Fetch
}

export interface Reading {
  readonly version: number
  readonly source: 'primary' | 'replica' | 'cache'
  /** Where the answer came from. */
  readonly region: Region
}

/** One user's: nothing of it is shared with others. */
export interface Visitor {
  /** @param withinMs the read may lack what was acknowledged so lately, else nothing the session saw */
  read(id: number, withinMs: number | undefined): Promise<Reading>
  /** @returns the version that the write made */
  write(id: number): Promise<number>
}

export interface Strategy {
  readonly summary: string
  /** An app that follows the strategy, at an edge: it gives each user a session. */
  open(edge: Edge): () => Visitor
}

export const READ = 'select version from item where id = $1'
export const WRITE = 'update item set version = version + 1 where id = $1 returning version'
