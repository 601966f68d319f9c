/**
 * Whether an entry still holds, by one reading of the tide table. It is all that makes the cache
 * right, so it is pure, and the tests take it apart clause by clause.
 *
 * The proof. The tags of every commit up to the horizon were raised before the horizon claimed them,
 * in one atomic call or an earlier one, and both were read at one moment. So if no tag of the entry and
 * no floor lies past its `lo`, no commit between `lo` and the horizon touched what the query reads,
 * and the query run anywhere between them gives these rows. Where tags were lost, or removed, the floor
 * has been raised past every commit that they stood for.
 *
 * So fills need no condition, nothing is ever deleted, and a lost race costs an entry that nobody uses.
 */
import type { Position } from '../tide/position.ts'
import { isXminBound, type Stamp } from '../tide/stamp.ts'
import type { Tide } from '../tide/tide.ts'
import type { EntryHead } from './entry.ts'
import { joinMarks } from './tide-table/mark.ts'
import type { Mark, TableReading } from './tide-table/tide-table.ts'

/** Between which positions an entry is what its query gives, as far as that is known. */
export interface Validity {
  /** `undefined`: the last change lies in another epoch than the entry. */
  readonly since: Position | undefined
  readonly through: Tide
}

export type Judgement =
  | { readonly outcome: 'good'; readonly validity: Validity }
  /** Something that it depends on was changed after it may have been read. */
  | { readonly outcome: 'stale'; readonly tag: string }
  /** Older than what the table can tell of. */
  | { readonly outcome: 'void' }
  /** The table is missing or not yet set up. */
  | { readonly outcome: 'unknown' }

export interface Rule {
  /** Whether every snapshot that begins at `lo` surely shows all that the mark stands for. */
  readonly includes: (lo: Stamp['lo'], mark: Mark) => boolean
  readonly aboveFloor: (lo: Stamp['lo'], floor: Mark) => boolean
}

/** A later epoch lies past the fork: it has all that survived, and is not told by what did not. */
function includes(lo: Stamp['lo'], mark: Mark): boolean {
  if (lo.epoch !== mark.epoch) return lo.epoch > mark.epoch
  // Strictly: the transaction `xmin` itself may still have been running.
  return isXminBound(lo) ? mark.xid < lo.xmin : mark.lsn <= lo.lsn
}

export const RULE: Rule = Object.freeze({ includes, aboveFloor: includes })

/** @param reading must have been asked for all tags of the entry: one that is missing never rose. */
export function judgeEntry(
  { lo, tags }: Pick<EntryHead, 'lo' | 'tags'>,
  { horizon, floor, tags: marks }: Pick<TableReading, 'horizon' | 'floor' | 'tags'>,
  rule: Rule = RULE,
): Judgement {
  // Without a floor nobody has said from where on the tags are complete.
  if (horizon === undefined || floor === undefined) return { outcome: 'unknown' }
  if (!rule.aboveFloor(lo, floor)) return { outcome: 'void' }
  let lastChange = floor
  for (const tag of tags) {
    const mark = marks.get(tag)
    if (mark === undefined) continue
    if (!rule.includes(lo, mark)) return { outcome: 'stale', tag }
    lastChange = joinMarks(lastChange, mark)
  }
  // One of an earlier epoch may lie on a branch that is lost: it says nothing in today's history.
  const { epoch, lsn } = lastChange
  const since = epoch === lo.epoch ? { epoch, lsn } : undefined
  return { outcome: 'good', validity: { since, through: horizon } }
}
