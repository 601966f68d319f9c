/**
 * What the cache keeps of an answer: the rows as Postgres wrote them, between which positions their
 * snapshot lies, and what it depends on.
 */
import type { Position } from '../tide/position.ts'
import type { Stamp } from '../tide/stamp.ts'

/** As the drivers give it: all values are text, and parsed as those of an uncached answer are. */
export interface CachedResult {
  readonly fields: readonly CachedField[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly command: string
  readonly rowCount: number | null
}

export interface CachedField {
  readonly name: string
  readonly dataTypeID: number
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeSize: number
  readonly dataTypeModifier: number
  readonly format: string
}

export interface EntryStamp {
  /** Lower bound of the snapshot: a position of a replica's answer, an `xmin` of the primary's. */
  readonly lo: Stamp['lo']
  /** Upper bound of the snapshot. */
  readonly hi: Position
  /** The primary's clock, in ms: the answer has every write that was acknowledged before. */
  readonly at: number | undefined
}

export interface EntryHead extends EntryStamp {
  /** Names of the tags whose rise makes it stale. */
  readonly tags: readonly string[]
}

export interface Entry extends EntryHead {
  readonly result: CachedResult
}

const FIELD_BYTES = 100
const CELL_BYTES = 12

/** About how much memory it takes, without writing it out. */
export function entryBytes({ tags, result }: Entry): number {
  let bytes = 300 + result.fields.length * FIELD_BYTES
  for (const tag of tags) bytes += CELL_BYTES + tag.length
  for (const row of result.rows) {
    bytes += row.length * CELL_BYTES
    for (const cell of row) if (cell !== null) bytes += cell.length
  }
  return bytes
}
