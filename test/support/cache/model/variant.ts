/** The protocol with one of its clauses removed; nothing here is in the SDK. */
import { type Rule, RULE } from '../../../../src/cache/judge.ts'
import type { Mark } from '../../../../src/cache/tide-table/tide-table.ts'
import { isXminBound, type Stamp } from '../../../../src/tide/stamp.ts'

export interface Variant {
  readonly rule?: Rule
  readonly positionAfterQuery?: boolean
  readonly lsnOnPrimary?: boolean
  readonly horizonBeforeTags?: boolean
  readonly noWitness?: boolean
  readonly noWitnessAfterRestart?: boolean
  /** Floor and witness after a promotion may lie before the fork. */
  readonly forgetsForks?: boolean
  /** What a session has seen is held to be no more than what was proved. */
  readonly hiIsLo?: boolean
  /** What a session has seen is held to be what the last change found, not what it left. */
  readonly seenBeforeChange?: boolean
  /** The near table goes on with another stream, as if nobody had read the slot in between. */
  readonly nearOutlivesStreams?: boolean
  /** The near table is asked about an entry's ids. */
  readonly nearJudgesIds?: boolean
}

export const variants: Readonly<Record<string, Variant>> = {
  'a position read after the query': { positionAfterQuery: true },
  'an LSN on what the primary answered': { lsnOnPrimary: true },
  'a horizon raised before its tags': { horizonBeforeTags: true },
  'no floor': { rule: { ...RULE, aboveFloor: () => true } },
  'no witness': { noWitness: true },
  'no witness after a restart': { noWitnessAfterRestart: true },
  'a floor and a witness from before the fork': { forgetsForks: true },
  'ids that may equal xmin': {
    rule: {
      includes: (lo, mark) =>
        RULE.includes(lo, mark) ||
        (isXminBound(lo) && lo.epoch === mark.epoch && mark.xid === lo.xmin),
      aboveFloor: RULE.aboveFloor,
    },
  },
  'no epochs': { rule: { includes: includesInAnyEpoch, aboveFloor: includesInAnyEpoch } },
  'a near table that outlives its stream': { nearOutlivesStreams: true },
  'a near table that judges by ids': { nearJudgesIds: true },
  'lower bounds for what a session has seen': { hiIsLo: true },
  'sessions that have not seen the last change': { seenBeforeChange: true },
}

function includesInAnyEpoch(lo: Stamp['lo'], mark: Mark): boolean {
  return RULE.includes({ ...lo, epoch: 1 }, { ...mark, epoch: 1 })
}
