/**
 * How Tidegate talks to one node: all that a new way of reaching Postgres has to implement.
 * A driver knows neither sessions nor epochs nor other nodes. It runs what it is given, once, and
 * says what it saw.
 */
import type { Lsn } from '../tide/lsn.ts'
import type { Xid } from '../tide/xid.ts'

export type NodeRole = 'primary' | 'standby' | 'subscriber'

/** Where a driver connects to. */
export interface Target {
  readonly name: string
  /** What it is configured to be; the answer says what it is. */
  readonly role: NodeRole
  /** A connection string, or a function that is asked for it before each query: secrets rotate. */
  readonly url: string | (() => string | Promise<string>)
  /** Where SQL over HTTP is spoken for it, if not at the place that the connection string implies. */
  readonly endpoint?: string | undefined
  /** The endpoint is Tidegate's gateway: it tells positions in headers and can wait for one. */
  readonly gateway?: boolean | undefined
  /** Sent to the gateway as `Authorization: Bearer …`. */
  readonly bearerToken?: string | (() => string | Promise<string>) | undefined
}

export interface Query {
  readonly text: string
  /** As the caller gave them; the driver encodes them as its protocol wants. */
  readonly params: readonly unknown[]
}

export type IsolationLevel = 'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable'

export interface TransactionOptions {
  readonly isolationLevel?: IsolationLevel | undefined
  readonly readOnly?: boolean | undefined
  readonly deferrable?: boolean | undefined
}

/** One statement alone, or several as one transaction. */
export interface Work {
  readonly queries: readonly Query[]
  /** Absent: one statement, autocommitted. */
  readonly transaction?: TransactionOptions | undefined
  readonly signal: AbortSignal
}

export interface ReadWork extends Work {
  /** Transactions that the session wants to see: the answer says which of them it shows. */
  readonly xids: readonly Xid[]
  /** A gateway holds the read back until it has this position, but no longer than `waitMs`. */
  readonly need?: { readonly epoch: number; readonly lsn: Lsn; readonly waitMs: number } | undefined
}

/** Values as Postgres writes them; parsing them is the same for every driver. */
export interface RawResult {
  readonly fields: readonly RawField[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly command: string
  readonly rowCount: number | null
}

export interface RawField {
  readonly name: string
  readonly dataTypeID: number
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeSize: number
  readonly dataTypeModifier: number
  readonly format: string
}

/** In which history the answer lies, as far as the node tells. */
interface HistoryHint {
  /** Told by gateways only. */
  readonly epoch?: number | undefined
  /** Told by primaries that are asked directly. An old primary that knows of no successor has a lower one. */
  readonly timeline?: number | undefined
}

/** Lower bound of a snapshot. On a primary an LSN would prove nothing. */
export type LowerBound = { readonly lsn: Lsn } | { readonly xmin: Xid }

export interface ReadAnswer extends HistoryHint {
  readonly results: readonly RawResult[]
  /** What the node was when it answered: a standby that was promoted is a primary. */
  readonly role: NodeRole
  /** Taken before the snapshots. A standby gives an `xmin` where it could not tell an LSN in time. */
  readonly lo: LowerBound
  /**
   * The primary's clock in milliseconds: the answer has every write that was acknowledged before.
   * `undefined` where nobody can tell.
   */
  readonly at?: number | undefined
  /** Upper bound: taken after them. `undefined` where nobody can tell. */
  readonly hi: Lsn | undefined
  /** Which of the asked transactions the snapshots surely show. */
  readonly shown: readonly Xid[]
}

export interface WriteAnswer extends HistoryHint {
  readonly results: readonly RawResult[]
  /** Where the commit ended, or the transaction's id where only that can be had. Absent: it wrote nothing. */
  readonly commit?: { readonly lsn: Lsn } | { readonly xid: Xid } | undefined
  /**
   * Of what wrote nothing: an upper bound of what it has seen, for a session must not fall behind that
   * either.
   */
  readonly seen?: Lsn | undefined
}

/**
 * Every failure is a `DriverError`, but for a parameter that cannot be sent, which no node is to blame
 * for (`unsendable` in `failure.ts`): it has to be found before anything is sent. A driver may go to the network more than once for one work, but
 * the work takes effect once at most.
 */
export interface Driver {
  /** Runs it in READ ONLY transactions: the only thing that keeps a subscriber from being written to. */
  read(target: Target, work: ReadWork): Promise<ReadAnswer>
  write(target: Target, work: Work): Promise<WriteAnswer>
}
