/**
 * What a run has seen: every operation of every session, and what the database holds in the end.
 *
 * The data is registers that remember: each write appends a value that no other write has, so the
 * order of all writes to a register can be read off it.
 */
export type Freshness = 'session' | 'any' | 'strong' | { readonly within: number }

interface Timed {
  readonly session: number
  /** The session's own order: what it began after the end of another is later. */
  readonly index: number
  /** By one clock for all, in ms since 1970. */
  readonly begun: number
  readonly ended: number
}

export interface Write extends Timed {
  readonly kind: 'write'
  readonly value: number
  /** In one transaction. */
  readonly keys: readonly number[]
  /** `unknown`: the answer was lost. */
  readonly committed: 'yes' | 'no' | 'unknown'
}

export interface Read extends Timed {
  readonly kind: 'read'
  readonly freshness: Freshness
  /** What each register held, in one snapshot. */
  readonly seen: ReadonlyMap<number, readonly number[]>
  /** Who answered. */
  readonly source: string
  readonly position: string | undefined
}

export type Operation = Write | Read

export interface History {
  /** When commits were in the WAL and not visible at home: they waited for a synchronous standby. */
  readonly held: readonly { readonly begun: number; readonly ended: number }[]
  /** Who was primary. */
  readonly primary: string
  readonly operations: readonly Operation[]
  /** What each register holds when all is over. */
  readonly final: ReadonlyMap<number, readonly number[]>
}
