/**
 * The tide table of one region and database: the consumer raises it, everybody reads it. A store
 * keeps it; every store behaves alike (one conformance suite holds them to it).
 *
 * Every update is «raise to at least»: a replayed batch, two consumers at once, a zombie that wakes:
 * all harmless. All of one raise is applied together or not at all.
 */
import type { History } from '../../tide/history.ts'
import type { Position } from '../../tide/position.ts'
import type { Tide } from '../../tide/tide.ts'
import type { Xid } from '../../tide/xid.ts'

/**
 * The last commit that touched something. Commits end in another order than their transactions
 * begin, so within an epoch each part is raised by itself; a later epoch replaces both.
 */
export interface Mark extends Position {
  readonly xid: Xid
}

/** What a node of the region has applied. A lower bound, whenever it is read. */
export interface Applied extends Position {
  readonly role: 'primary' | 'standby' | 'subscriber'
  readonly timeline: number
  /** Every transaction of home below it is decided there. `undefined`: the node cannot tell. */
  readonly xmin: Xid | undefined
  /** The primary's clock there, in ms. `undefined`: it has not been told yet. */
  readonly at: number | undefined
}

/** Who is primary, since which epoch. */
export interface PrimaryNode {
  readonly epoch: number
  readonly node: string
}

export interface CatalogVersion extends Position {
  readonly hash: string
}

/** What the consumer knows of the schema, as text, valid from a position on. */
export interface PublishedCatalog extends CatalogVersion {
  readonly json: string
}

export interface Raise {
  readonly tags?: ReadonlyMap<string, Mark> | undefined
  /** Every commit up to here has had its tags raised, in this call or in one before. */
  readonly horizon?: Tide | undefined
  /** Nothing stamped below may be trusted. */
  readonly floor?: Mark | undefined
  readonly history?: History | undefined
  readonly primary?: PrimaryNode | undefined
  readonly applied?: ReadonlyMap<string, Applied> | undefined
  readonly catalog?: PublishedCatalog | undefined
  /**
   * The highest horizon that the sender knows this table has had. A table that is below has lost
   * writes: it applies nothing and says so.
   */
  readonly witness?: Position | undefined
}

export type Raised =
  | { readonly outcome: 'raised'; readonly horizon: Tide | undefined; readonly tags: number }
  | { readonly outcome: 'lost'; readonly horizon: Tide | undefined }

/** What is read together, in one round trip, so that it is of one moment. */
export interface TableReading {
  readonly horizon: Tide | undefined
  readonly floor: Mark | undefined
  readonly history: History | undefined
  readonly primary: PrimaryNode | undefined
  /** Which catalog is published, and from where on it holds. */
  readonly catalog: CatalogVersion | undefined
  /** By tag; one that has never been raised is missing. */
  readonly tags: ReadonlyMap<string, Mark>
  /** By node; empty unless they were asked for. */
  readonly applied: ReadonlyMap<string, Applied>
}

export interface ReadTable {
  readonly tags?: readonly string[] | undefined
  readonly nodes?: readonly string[] | undefined
}

export interface TideTable {
  raise(raise: Raise): Promise<Raised>
  read(wanted?: ReadTable): Promise<TableReading>
  readCatalog(): Promise<PublishedCatalog | undefined>
  /**
   * Once more than `maxTags` are kept: raises the floor to `floor` (a position whose commits the
   * horizon covers) and removes the tags at or below it. Answers with how many were removed.
   */
  compact(floor: Mark, maxTags: number): Promise<number>
}
