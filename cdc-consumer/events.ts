/** Everything that happens in a consumer, as one stream: log, metrics, health and tests read it. */
import type { Mark } from '../src/cache/tide-table/tide-table.ts'
import type { Lsn } from '../src/tide/lsn.ts'
import type { Tide } from '../src/tide/tide.ts'
import type { ReplicationProblem } from './replication/replication-error.ts'
import type { FloorCause } from './sink/batch.ts'
import type { SourceKind } from './sources/source.ts'

export type ConsumerEvent =
  | { readonly name: 'source-chosen'; readonly source: SourceKind; readonly reason: string }
  | {
      readonly name: 'streaming'
      readonly source: SourceKind
      readonly node: string
      readonly timeline: number
      readonly confirmed: Lsn
    }
  | {
      readonly name: 'stream-ended'
      readonly problem: ReplicationProblem
      readonly sqlState: string | undefined
      readonly error: unknown
    }
  | {
      readonly name: 'raised'
      readonly tags: number
      readonly transactions: number
      readonly rows: number
      readonly horizon: Tide | undefined
      readonly confirmed: Lsn
      readonly floor: Mark | undefined
      readonly floorCauses: readonly FloorCause[]
      readonly raiseMs: number
      /** Since the first of its commits arrived here. */
      readonly delayMs: number
    }
  | { readonly name: 'raise-failed'; readonly error: unknown }
  | { readonly name: 'pressure'; readonly isFull: boolean }
  | { readonly name: 'foreign-write' }
  | { readonly name: 'compacted'; readonly removed: number }
  | { readonly name: 'catalog-published'; readonly hash: string; readonly relations: number }
  | { readonly name: 'leading'; readonly isLeading: boolean }
  | { readonly name: 'beat' }
  | { readonly name: 'beat-failed'; readonly error: unknown }
  | {
      readonly name: 'node-polled'
      readonly node: string
      readonly role: 'primary' | 'standby' | 'subscriber'
      readonly lsn: Lsn | undefined
      readonly at: number | undefined
    }
  | { readonly name: 'node-unknown'; readonly node: string; readonly reason: string }
  | {
      readonly name: 'slot-measured'
      readonly retainedBytes: number
      /** What it may still grow by before it is given up. `undefined`: it may fill the disk. */
      readonly roomBytes: number | undefined
      readonly status: string
    }
  | { readonly name: 'slot-alarm'; readonly retainedBytes: number }
  | { readonly name: 'slot-given-up'; readonly retainedBytes: number }
  | {
      readonly name: 'history-changed'
      readonly epoch: number
      readonly primary: string | undefined
    }
  | { readonly name: 'failed'; readonly what: string; readonly error: unknown }
