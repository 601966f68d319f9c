/**
 * The tide table as the consumer in this very process raises it, so that what is kept here can be judged
 * without asking Redis. It is a table by itself: it claims no more than what it was told.
 *
 * It lives as long as one stream of the consumer, and begins where that stream's first horizon lies, its
 * floor: every later commit comes by this stream, whoever else reads the slot or raises the region's
 * table. What is raised comes here once Redis has it, so this one is never ahead. It is behind where
 * another consumer of the region has come further, or knows of a floor that this one does not: so it is
 * silent unless Redis' table, looked at a moment ago, had nothing that this one lacks.
 */
import { reaches } from '../../tide/position.ts'
import { joinTides, type Tide } from '../../tide/tide.ts'
import { XID_ZERO } from '../../tide/xid.ts'
import { includesMark, joinMarks } from './mark.ts'
import type { Mark, Raise, Raised, TableReading, TideTable } from './tide-table.ts'

export interface NearTableOptions {
  /** For how long counts what Redis' table was seen to have. @default 1000 */
  readonly maxAgeMs?: number | undefined
  /** Past so many the older ones are forgotten. @default 50_000 */
  readonly maxTags?: number | undefined
  /** In ms, for ages. @default Date.now */
  readonly now?: (() => number) | undefined
}

export type NearReading = Pick<TableReading, 'horizon' | 'floor' | 'tags'>

/** What Redis' table had when it was looked at. */
interface Seen {
  readonly horizon: Tide
  readonly catalogHash: string | undefined
  readonly at: number
}

export class NearTable {
  readonly #maxAgeMs: number
  readonly #maxTags: number
  readonly #now: () => number
  readonly #tags = new Map<string, Mark>()
  #horizon: Tide | undefined
  #floor: Mark | undefined
  #stream = 0
  #streams = false
  #seen: Seen | undefined
  #version = 0

  constructor({ maxAgeMs = 1_000, maxTags = 50_000, now = Date.now }: NearTableOptions = {}) {
    this.#maxAgeMs = maxAgeMs
    this.#maxTags = maxTags
    this.#now = now
  }

  /** Another one after anything that may have made an answer stale. */
  get version(): number {
    return this.#version
  }

  /** A stream begins: what came by the one before may have a gap behind it. */
  begin(): void {
    this.#forget()
    this.#stream++
    this.#streams = true
  }

  /** From now on nobody tells it anything. */
  end(): void {
    this.#forget()
    this.#streams = false
  }

  /** Raises `table`, and what it has applied here. */
  async raise(table: Pick<TideTable, 'raise'>, raise: Raise): Promise<Raised> {
    const stream = this.#stream
    const raised = await table.raise(raise)
    // An answer that comes late may be of another stream, with a gap between the two.
    if (raised.outcome === 'raised' && this.#streams && stream === this.#stream) this.#apply(raise)
    return raised
  }

  /** What Redis' table has just been seen to have: also what others than this process have raised. */
  notice({ horizon, floor, catalog }: TableReading): void {
    if (floor) this.#raiseFloor(floor)
    this.#seen = horizon && { horizon, catalogHash: catalog?.hash, at: this.#now() }
  }

  /**
   * `undefined` where it is not certain to be as new as Redis' table, or of another catalog.
   *
   * For entries that are known to hold at some position: of transaction ids it does not know those
   * from before its stream began.
   */
  read(tags: readonly string[], catalogHash: string | undefined): NearReading | undefined {
    const horizon = this.#horizon
    const seen = this.#seen
    if (!horizon || !seen || this.#now() - seen.at > this.#maxAgeMs) return undefined
    if (seen.catalogHash !== catalogHash || !reaches(horizon, seen.horizon)) return undefined
    const marks = new Map<string, Mark>()
    for (const tag of tags) {
      const mark = this.#tags.get(tag)
      if (mark) marks.set(tag, mark)
    }
    return { horizon, floor: this.#floor, tags: marks }
  }

  #apply({ tags, horizon, floor }: Raise): void {
    if (floor) this.#raiseFloor(floor)
    for (const [tag, mark] of tags ?? []) {
      const held = this.#tags.get(tag)
      this.#tags.set(tag, held ? joinMarks(held, mark) : mark)
    }
    if (tags && tags.size > 0) this.#version++
    if (horizon) {
      // What lies below came before this stream, or in this very call.
      if (!this.#horizon) this.#raiseFloor(markAt(horizon))
      this.#horizon = this.#horizon ? joinTides(this.#horizon, horizon) : horizon
    }
    if (this.#tags.size <= this.#maxTags || !this.#horizon) return
    // Who was found good before it asks Redis once, and goes on from here.
    this.#tags.clear()
    this.#raiseFloor(markAt(this.#horizon))
  }

  #raiseFloor(floor: Mark): void {
    if (this.#floor && includesMark(this.#floor, floor)) return
    this.#floor = this.#floor ? joinMarks(this.#floor, floor) : floor
    this.#version++
  }

  #forget(): void {
    this.#tags.clear()
    this.#horizon = undefined
    this.#floor = undefined
    this.#version++
  }
}

/** Positions alone are compared with it. */
function markAt({ epoch, lsn }: Tide): Mark {
  return { epoch, lsn, xid: XID_ZERO }
}
