/**
 * The statements by which a node is asked where it stands, before the queries and after them, and
 * what their answers mean. See the facts of Postgres in docs/design.md: they decide every line here.
 *
 * In READ COMMITTED each statement has a snapshot of its own, so a position that an earlier statement
 * of the same batch reads is a lower bound of what a later one sees. In a stricter level all share the
 * first one's snapshot, and a replayed LSN or a transaction's status read there overstates it.
 */
import { LSN_ZERO, type Lsn, normaliseInsertLsn, parseLsn } from '../tide/lsn.ts'
import { parseXid, type Xid } from '../tide/xid.ts'
import type { LowerBound, NodeRole, RawResult, TransactionOptions } from './driver.ts'

/** Whether all statements of the transaction see what the first one saw. */
export function sharesOneSnapshot(transaction: TransactionOptions | undefined): boolean {
  const level = transaction?.isolationLevel
  return level === 'RepeatableRead' || level === 'Serializable'
}

/** Everything that is told comes as one column: an answer pays for each column's description. */
function told(...parts: readonly string[]): string {
  return `select format('${parts.map(() => '%s').join('|')}',${parts.join()})`
}

type Part = string | undefined

function partsOf(result: RawResult | undefined): readonly Part[] {
  const parts = result?.rows[0]?.[0]?.split('|') ?? []
  return parts.map((part) => (part === '' ? undefined : part))
}

const milliseconds = (clock: string): string => `floor(extract(epoch from ${clock})*1000)::bigint`

/**
 * The row that the heartbeat updates travels in commit order: who sees it has all up to its LSN, but
 * for tables whose first copy is under way.
 */
const SUBSCRIBER_BEFORE = `${told('max(lsn)', milliseconds('max(at)'))} from tidegate.tide
where not exists(select from pg_subscription_rel where srsubstate<>'r')`
const NODE_BEFORE = nodeBefore('null')

/**
 * Asked of a primary or a standby. One reading of `pg_is_in_recovery()` decides all: a promotion may
 * come at any moment. A standby's clock is that of the last commit that it replayed, taken on the
 * primary before the commit record was written: all that was acknowledged before has been replayed too.
 */
function nodeBefore(shown: string): string {
  const parts = told(
    'r',
    'case when r then pg_last_wal_replay_lsn() end',
    'pg_snapshot_xmin(s)',
    milliseconds('case when r then pg_last_xact_replay_timestamp() else clock_timestamp() end'),
    shown,
  )
  return `with n as materialized(select pg_is_in_recovery() r,pg_current_snapshot() s) ${parts} from n`
}

export function beforeStatement(role: NodeRole, xids: readonly Xid[]): string {
  if (role === 'subscriber') return SUBSCRIBER_BEFORE
  if (xids.length === 0) return NODE_BEFORE
  // An id is compared with the snapshot before its status is asked for, which fails on future ids.
  return nodeBefore(`array(select x from unnest('{${xids.join()}}'::xid8[]) x where
x<pg_snapshot_xmin(s) or case when x<pg_snapshot_xmax(s) then pg_xact_status(x)='committed' end)`)
}

export interface Before {
  readonly role: NodeRole
  readonly lo: LowerBound
  readonly at: number | undefined
  readonly shown: readonly Xid[]
}

/** @param inside the statement ran in the very snapshot of queries that share one. */
export function readBefore(
  role: NodeRole,
  result: RawResult | undefined,
  xids: readonly Xid[],
  { inside }: { readonly inside: boolean },
): Before {
  const parts = partsOf(result)
  if (role === 'subscriber') {
    // A subscriber numbers its transactions itself: ids of home mean nothing there.
    return { role, lo: { lsn: lsnOf(parts[0]) ?? LSN_ZERO }, at: clockOf(parts[1]), shown: [] }
  }
  const [standby, replayed, xminText, at, shownText] = parts
  const xmin = parseXid(xminText ?? '')
  const isStandby = standby === 't'
  if (inside) {
    const shown = xids.filter((xid) => xid < xmin)
    return {
      role: isStandby ? 'standby' : 'primary',
      lo: { xmin },
      // A primary's clock is read after the snapshot was taken, and a standby's may move in between.
      at: undefined,
      shown,
    }
  }
  return {
    role: isStandby ? 'standby' : 'primary',
    lo: isStandby ? { lsn: lsnOf(replayed) ?? LSN_ZERO } : { xmin },
    at: clockOf(at),
    shown: (shownText ?? '{}').slice(1, -1).split(',').filter(Boolean).map(parseXid),
  }
}

const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)'
const SEGMENT_BYTES = `pg_size_bytes(current_setting('wal_segment_size'))`

const NODE_AFTER = `with n as materialized(select pg_is_in_recovery() r) ${told(
  'r',
  'case when r then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end',
  `case when not r then ${TIMELINE} end`,
  `case when not r then ${SEGMENT_BYTES} end`,
)} from n`

/**
 * A subscriber's upper bound is how far the origin has come, which moves before the applied commit is
 * visible. `received_lsn` would be none: after the worker has restarted it starts anew, from below.
 * A table that is still being copied may be ahead of the rest, up to its `srsublsn`.
 */
const SUBSCRIBER_AFTER = told(`greatest((select max(lsn) from tidegate.tide),
(select max(remote_lsn) from pg_show_replication_origin_status()),
(select max(srsublsn) from pg_subscription_rel))`)
const UNKNOWN_AFTER = told('null')

/** What `afterStatement` may ask a subscriber for: its role may not be allowed to see the progress. */
export interface AfterOptions {
  readonly originProgress: boolean
}

export function afterStatement(role: NodeRole, { originProgress }: AfterOptions): string {
  if (role !== 'subscriber') return NODE_AFTER
  return originProgress ? SUBSCRIBER_AFTER : UNKNOWN_AFTER
}

export interface After {
  readonly role: NodeRole
  readonly hi: Lsn | undefined
  readonly timeline: number | undefined
}

export function readAfter(role: NodeRole, result: RawResult | undefined): After {
  const parts = partsOf(result)
  if (role === 'subscriber') return { role, hi: lsnOf(parts[0]), timeline: undefined }
  const [standby, lsn, timeline, segmentBytes] = parts
  return standby === 't'
    ? { role: 'standby', hi: lsnOf(lsn), timeline: undefined }
    : { role: 'primary', hi: insertLsnOf(lsn, segmentBytes), timeline: timelineOf(timeline) }
}

/** The last statement of a transaction that may write. */
export const WRITE_STATEMENT: string = told(
  'pg_current_xact_id_if_assigned()',
  `case when not pg_is_in_recovery() then ${TIMELINE} end`,
  `current_setting('synchronous_commit')`,
  'case when not pg_is_in_recovery() then pg_current_wal_insert_lsn() end',
  SEGMENT_BYTES,
)

export interface Wrote {
  /** `undefined`: nothing was written. */
  readonly xid: Xid | undefined
  /** All that its statements have seen lies at or before it. */
  readonly seen: Lsn | undefined
  readonly timeline: number | undefined
  /** `off`: the commit may end past what has been flushed when it is acknowledged. */
  readonly waitsForFlush: boolean
}

export function readWrote(result: RawResult | undefined): Wrote {
  const [xid, timeline, synchronousCommit, lsn, segmentBytes] = partsOf(result)
  return {
    xid: xid === undefined ? undefined : parseXid(xid),
    seen: insertLsnOf(lsn, segmentBytes),
    timeline: timelineOf(timeline),
    waitsForFlush: synchronousCommit !== 'off',
  }
}

/** Asked after the commit: inside the transaction an LSN precedes the commit record. */
export const COMMITTED_STATEMENT: string = told(
  'pg_current_wal_flush_lsn()',
  'pg_current_wal_insert_lsn()',
  SEGMENT_BYTES,
  TIMELINE,
  `current_setting('synchronous_commit')`,
)

export interface CommitPosition {
  readonly lsn: Lsn
  readonly timeline: number | undefined
}

/** @param waitsForFlush what held inside the transaction, if it was asked there. */
export function readCommitted(
  result: RawResult | undefined,
  waitsForFlush?: boolean,
): CommitPosition {
  const [flushed, inserted, segmentBytes, timeline, synchronousCommit] = partsOf(result)
  const isFlushed = waitsForFlush ?? synchronousCommit !== 'off'
  // A position that cannot be read is refused: nothing may stand for it that asks less.
  const lsn = parseLsn((isFlushed ? flushed : inserted) ?? '')
  return {
    lsn: isFlushed ? lsn : normaliseInsertLsn(lsn, Number(segmentBytes)),
    timeline: timelineOf(timeline),
  }
}

function lsnOf(text: Part): Lsn | undefined {
  return text === undefined ? undefined : parseLsn(text)
}

function insertLsnOf(text: Part, segmentBytes: Part): Lsn | undefined {
  const lsn = lsnOf(text)
  return lsn && normaliseInsertLsn(lsn, Number(segmentBytes))
}

function clockOf(text: Part): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function timelineOf(text: Part): number | undefined {
  return text === undefined ? undefined : Number.parseInt(text, 16)
}
