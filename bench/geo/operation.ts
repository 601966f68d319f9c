/** What is written down of each operation, to be judged when all is over. */
import type { Region } from '../../src/topology/regions.ts'
import type { Reading } from './strategy.ts'

interface Timed {
  readonly region: Region
  /** Of one strategy and mix: sessions are counted through all regions. */
  readonly session: number
  readonly item: number
  /** By one clock, in ms. */
  readonly begun: number
  readonly ended: number
}

export interface ReadOperation extends Timed {
  readonly kind: 'read'
  /** `undefined`: the session's own writes and what it has read; else no older than that. */
  readonly withinMs: number | undefined
  readonly reading: Reading
}

export interface WriteOperation extends Timed {
  readonly kind: 'write'
  readonly version: number
}

export type Operation = ReadOperation | WriteOperation
