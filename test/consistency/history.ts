/**
 * What a run has seen: every operation of every session, what the database holds in the end, and where
 * its history was forked.
 */
import type { Lsn } from '../../src/tide/lsn.ts'
import type { Branches, Point } from './branches.ts'

export type Freshness = 'session' | 'any' | 'strong' | { readonly within: number }

interface Told {
  readonly session: number
  /** The session's own order: what it began after the end of another is later. */
  readonly index: number
  /** Which of the requests of the run it was part of. */
  readonly request: number
  /** The isolate or process whose SDK ran it. */
  readonly client: string
  /** By one clock for all, in ms since 1970. */
  readonly begun: number
  readonly ended: number
  /** Who answered. */
  readonly source: string
  readonly from: 'primary' | 'replica' | 'cache'
  /** For people: who was asked, and why. */
  readonly route: string
  /** Up to where the answer may reach. */
  readonly position: { readonly epoch: number; readonly lsn: Lsn } | undefined
  /** By then the session had been told that writes of it were lost. */
  readonly toldOfLoss: boolean
}

export interface Write extends Told {
  readonly kind: 'write'
  readonly value: number
  /** In one transaction. */
  readonly keys: readonly number[]
  /** `unknown`: the answer was lost. */
  readonly committed: 'yes' | 'no' | 'unknown'
}

/** All that a register or a set held, or only how much. */
export type Sight = Point | { readonly length: number; readonly value?: undefined }

export interface Read extends Told {
  readonly kind: 'read'
  readonly freshness: Freshness
  /** What each key held, in one snapshot. */
  readonly seen: readonly (readonly [key: number, sight: Sight])[]
}

export type Operation = Write | Read

interface Span {
  readonly begun: number
  readonly ended: number
}

/** A promotion: what had not come to the heir is lost. */
export interface Fork extends Span {
  readonly epoch: number
  /** Where the epoch before it ended. */
  readonly at: Lsn
  /** From then on the former primary acknowledges nothing more. */
  readonly formerGone: number
}

export interface History {
  readonly operations: readonly Operation[]
  readonly branches: Branches
  /** What each key holds when all is over. */
  readonly final: ReadonlyMap<number, Point>
  /** When commits were in the WAL and not visible at home: they waited for a synchronous standby. */
  readonly held: readonly Span[]
  /** Ascending by epoch. */
  readonly forks: readonly Fork[]
}

export function isPoint(sight: Sight): sight is Point {
  return sight.value !== undefined
}
