/** Stretches of time in which something is not as it should be, told in order. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** @param intervals in order, none touching another */
export function endOfTrouble(intervals: readonly Interval[], moment: number): number | undefined {
  return intervals.find(({ from, to }) => from <= moment && moment < to)?.to
}
