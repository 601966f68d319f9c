/** How a read goes to a node that is asked in SQL where it stands; the same for HTTP and TCP. */
import { DriverError } from './driver-error.ts'
import type {
  NodeRole,
  RawResult,
  ReadAnswer,
  ReadWork,
  Target,
  TransactionOptions,
} from './driver.ts'
import {
  afterStatement,
  beforeStatement,
  readAfter,
  readBefore,
  sharesOneSnapshot,
} from './positions.ts'

export interface ReadPlan {
  /** To be asked before the transaction begins, or else as its first statement. */
  readonly beforeBegins: boolean
  readonly before: string
  readonly after: string
  /** Explicit in both: a database may have another default. */
  readonly transaction: TransactionOptions
}

/**
 * Where all statements share one snapshot, an LSN that a standby tells inside is worth nothing, so it
 * is asked first, at the price of one more round trip. Elsewhere what is read inside bounds the very
 * snapshot: `xmin` on a primary, the heartbeat's row on a subscriber.
 */
export function planRead(
  role: NodeRole,
  { xids, transaction }: Pick<ReadWork, 'xids' | 'transaction'>,
  originProgress: boolean,
): ReadPlan {
  return {
    beforeBegins: sharesOneSnapshot(transaction) && role === 'standby',
    before: beforeStatement(role, xids),
    after: afterStatement(role, { originProgress }),
    transaction: {
      isolationLevel: transaction?.isolationLevel ?? 'ReadCommitted',
      readOnly: true,
      deferrable: transaction?.deferrable,
    },
  }
}

export interface ReadParts {
  readonly before: RawResult | undefined
  readonly results: readonly RawResult[]
  readonly after: RawResult | undefined
}

export function toReadAnswer(
  { name, role }: Pick<Target, 'name' | 'role'>,
  { xids, transaction }: Pick<ReadWork, 'xids' | 'transaction'>,
  plan: ReadPlan,
  parts: ReadParts,
): ReadAnswer {
  const inside = sharesOneSnapshot(transaction) && !plan.beforeBegins
  const before = readBefore(role, parts.before, xids, { inside })
  const after = readAfter(role, parts.after)
  if (before.role !== after.role) {
    // Its two positions lie in two histories, and no one could tell which epoch they are of.
    throw new DriverError('unreachable', `${name} was promoted while it answered.`, {
      committed: 'no',
    })
  }
  const { lo, at, shown } = before
  const { hi, timeline } = after
  return { results: parts.results, role: after.role, lo, at, hi, timeline, shown }
}
