/** What the checker may have to say. */
import type { Operation } from './history.ts'

export const violationKinds = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'bounded-staleness',
  'strong-reads',
  'lost-write',
  'untold-loss',
  'false-alarm',
  'invented-value',
  'torn-transaction',
] as const
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  readonly kind: ViolationKind
  readonly message: string
  readonly operations: readonly Operation[]
}
