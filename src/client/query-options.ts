/** What may be said of a query, for one call, a narrower `sql`, a session or a whole client. */
import type { TypeParsers } from '../drivers/decode.ts'
import type { Durability, Route } from '../sql/index.ts'

/**
 * - `strong`: what is committed now.
 * - `session`: this session's own writes, and nothing older than it has read.
 * - `{ within }`: no older than so many ms.
 * - `any`: whatever is nearest.
 * - `{ atLeast }`: at least what a token says that was kept beside a resource.
 */
export type FreshnessOption =
  | 'strong'
  | 'session'
  | 'any'
  | { readonly within: number }
  | { readonly atLeast: string }

/** Seconds that an answer is kept at most; whether it still holds is not a matter of time. */
export type CacheOption =
  | boolean
  | {
      /** @default 60 */
      readonly ttl?: number | undefined
      /** What else the answer depends on: a tenant, a time zone. */
      readonly vary?: readonly string[] | undefined
    }

export interface NarrowingOptions {
  /** @default 'session' */
  readonly freshness?: FreshnessOption | undefined
  /** @default 'nearest' */
  readonly route?: Route | undefined
  /** Whether the region's cache may answer and be filled. Needs `tides`. @default false */
  readonly cache?: CacheOption | undefined
  /** Replicas that are kept for some queries only. @default 'default' */
  readonly pool?: string | undefined
  /**
   * What a write waits for before it is acknowledged: Postgres' `synchronous_commit`, for its
   * transaction alone. Means nothing to a read. @default as the database is set
   */
  readonly durability?: Durability | undefined
  /**
   * For the query and all places it is sent to, together. A node may take half of it while there is
   * another to go on to. @default 10_000
   */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ResultOptions {
  /** Rows as arrays. @default false */
  readonly arrayMode?: boolean | undefined
  /** The rows with their fields, command and count. @default false */
  readonly fullResults?: boolean | undefined
  /** How values are parsed, by type. */
  readonly types?: TypeParsers | undefined
}

export type QueryOptions = NarrowingOptions & ResultOptions
