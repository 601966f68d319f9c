/**
 * A primary, its standbys and a subscriber, as far as what each shows: transactions that commit in
 * another order than they began, commits that are in the WAL and not yet visible, replicas that lag,
 * and promotions that lose what was not replicated and give its transaction ids to others.
 */
import { forkHistory, type History, locate } from '../../../../src/tide/history.ts'
import { LSN_ZERO, type Lsn, toLsn } from '../../../../src/tide/lsn.ts'
import type { Position } from '../../../../src/tide/position.ts'
import { toXid, type Xid } from '../../../../src/tide/xid.ts'

export interface Transaction {
  readonly xid: Xid
  readonly tags: readonly string[]
  /** The primary's clock when it began, and where the WAL was then: a heartbeat carries both. */
  readonly at: number
  readonly insertLsn: Lsn
  readonly heartbeat: boolean
  readonly session: number | undefined
}

export interface Commit extends Transaction {
  readonly position: Position
  shownAt: number | undefined
  /** The epoch that began without it. */
  lostTo: number | undefined
}

export interface Replica {
  readonly role: 'standby' | 'subscriber'
  /** How many commits of the WAL it has applied. */
  applied: number
  /** Changes when it is rebuilt: whoever was reading from it has lost the connection. */
  life: number
}

export class Home {
  wal: Commit[] = []
  history: History = { ended: [], current: 1 }
  open: Transaction[] = []
  /** In the WAL, decodable and replicated, and not yet visible on the primary. */
  hidden: Commit[] = []
  /** How much of the WAL was there when the newest history began. */
  forkedAt = 0
  life = 0
  readonly commits: Commit[] = []
  readonly replicas: readonly Replica[] = [
    { role: 'standby', applied: 0, life: 0 },
    { role: 'standby', applied: 0, life: 0 },
    { role: 'subscriber', applied: 0, life: 0 },
  ]
  #nextXid = 3n

  get epoch(): number {
    return this.history.current
  }

  /** No transaction has this id or a greater one. */
  get nextXid(): Xid {
    return toXid(this.#nextXid)
  }

  get endLsn(): Lsn {
    return this.wal.at(-1)?.position.lsn ?? LSN_ZERO
  }

  /** Below it, every transaction is decided and what it wrote is visible. */
  get xmin(): Xid {
    const undecided = [...this.open, ...this.hidden].map(({ xid }) => xid)
    return toXid(undecided.reduce<bigint>((a, b) => (a < b ? a : b), this.#nextXid))
  }

  visible(): Commit[] {
    return this.wal.filter((commit) => !this.hidden.includes(commit))
  }

  begin(tags: readonly string[], at: number, session?: number): void {
    const xid = toXid(this.#nextXid++)
    const heartbeat = session === undefined
    this.open.push({ xid, tags, at, insertLsn: this.endLsn, heartbeat, session })
  }

  /** Its record goes into the WAL; that it is visible comes later. */
  commit(transaction: Transaction, bytes: number): void {
    this.open = this.open.filter((other) => other !== transaction)
    const lsn = toLsn(this.endLsn + BigInt(bytes))
    const position = { epoch: this.epoch, lsn }
    const commit = { ...transaction, position, shownAt: undefined, lostTo: undefined }
    this.wal.push(commit)
    this.hidden.push(commit)
    this.commits.push(commit)
  }

  abort(transaction: Transaction): void {
    this.open = this.open.filter((other) => other !== transaction)
  }

  show(commit: Commit, at: number): void {
    this.hidden = this.hidden.filter((other) => other !== commit)
    commit.shownAt = at
  }

  /** Where a node that has applied so many commits is. */
  positionAfter(applied: number): Position {
    return locate(this.wal[applied - 1]?.position.lsn ?? LSN_ZERO, this.history)
  }

  lastHeartbeat(applied: number): Commit | undefined {
    return this.wal.slice(0, applied).findLast(({ heartbeat }) => heartbeat)
  }

  /** The standby becomes the primary; what it has not applied is lost. */
  promote(standby: Replica): void {
    const kept = standby.applied
    for (const commit of this.wal.slice(kept)) commit.lostTo = this.epoch + 1
    const forkLsn = this.wal[kept - 1]?.position.lsn ?? LSN_ZERO
    this.wal = this.wal.slice(0, kept)
    this.history = forkHistory(this.history, this.epoch + 1, forkLsn)
    this.open = []
    this.hidden = []
    this.forkedAt = kept
    this.life++
    this.#nextXid = this.wal.reduce((next, { xid }) => (xid >= next ? xid + 1n : next), 3n)
    for (const replica of this.replicas) {
      // One that was ahead is set back.
      if (replica === standby || replica.applied > kept) replica.life++
      replica.applied = Math.min(replica.applied, kept)
    }
  }
}
