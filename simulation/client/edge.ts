/** What a user meets: a place that answers requests, in the simulation or in the local world. */
import type { Tried } from '../../src/errors.ts'
import type { Position } from '../../src/tide/position.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Shown } from '../world/database.ts'

export type Freshness = 'session' | 'any' | 'strong' | { readonly within: number }

/** `stale`: kept in Redis and just become stale, which the need allowed; it is renewed meanwhile. */
export type Source = 'memory' | 'redis' | 'stale' | 'replica' | 'primary'

export interface Read extends Shown {
  readonly source: Source
  readonly region: Region
  readonly tried: readonly Pick<Tried, 'outcome'>[]
  /** Up to where an answer of the cache was known to hold. */
  readonly through: Position | undefined
}

export interface Edge<Carried> {
  readonly region: Region
  /** @param carried what the session's last request ended with */
  request(carried: Carried | undefined): EdgeRequest<Carried>
}

export interface EdgeRequest<Carried> {
  /** Writes of the session went down with an old primary, as far as the request knows by now. */
  readonly lost: boolean
  read(thing: number, freshness: Freshness): Promise<Read>
  /** @returns which commit it became */
  write(row: number): Promise<number>
  end(): Promise<Carried>
}

/** Time as a crowd lives in it. */
export interface CrowdTime {
  /** Milliseconds since it began. */
  readonly now: number
  wakeAt(time: number, run: () => void): unknown
  /** Something has failed that nobody awaits. */
  fail(error: unknown): void
}
