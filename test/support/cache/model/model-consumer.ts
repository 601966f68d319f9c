/**
 * A consumer by the design: it decodes in commit order, raises tags and horizon in one call, and
 * acknowledges only then. It may crash, come late, or find that the table has lost what it wrote.
 */
import { joinMarks } from '../../../../src/cache/tide-table/mark.ts'
import { NearTable } from '../../../../src/cache/tide-table/near-table.ts'
import type { Mark, Raise, Raised } from '../../../../src/cache/tide-table/tide-table.ts'
import { type History, locate } from '../../../../src/tide/history.ts'
import { LSN_ZERO, type Lsn } from '../../../../src/tide/lsn.ts'
import { joinPositions, type Position } from '../../../../src/tide/position.ts'
import { toXid } from '../../../../src/tide/xid.ts'
import type { Choices } from './choices.ts'
import type { Commit, Home } from './home.ts'
import type { TableKeeper } from './table-keeper.ts'
import type { Variant } from './variant.ts'

export class ModelConsumer {
  readonly #home: Home
  readonly #table: TableKeeper
  readonly #variant: Variant
  /** The WAL that it is connected to: after a promotion, the old one until it notices. */
  #wal: Commit[]
  #epoch = 0
  #history: History = { ended: [], current: 1 }
  #forkedAt = 0
  #decoded = 0
  #acknowledged = 0
  #heartbeatAt = 0
  #batch = new Map<string, Mark>()
  #witness: Position | undefined
  /** Calls that a consumer before a crash had sent: they arrive late. */
  #late: Raise[] = []
  #lost = false
  #unacknowledged = false
  /** Of the process that works now, as long as it is the one that has readers. */
  readonly near: NearTable = new NearTable({ maxTags: 2, now: () => 0 })
  #hasReaders = true

  constructor(home: Home, table: TableKeeper, variant: Variant) {
    this.#home = home
    this.#table = table
    this.#variant = variant
    this.#wal = home.wal
  }

  /** Where it decodes is chosen anew each time: all sources give the same commits in one order. */
  decode(choices: Choices): void {
    if (this.#epoch === 0) return
    const { wal, replicas } = this.#home
    const onToday = this.#wal === wal
    const limit = choices.of([
      this.#wal.length,
      ...replicas.map(({ applied }) => (onToday ? applied : 0)),
    ])
    for (let count = choices.below(4) + 1; count > 0; count--) {
      const commit = this.#wal[this.#decoded]
      if (commit === undefined || this.#decoded >= (limit ?? 0)) return
      this.#decoded++
      if (commit.heartbeat) this.#heartbeatAt = commit.at
      const mark = { ...commit.position, xid: commit.xid }
      for (const tag of commit.tags) {
        const held = this.#batch.get(tag)
        this.#batch.set(tag, held ? joinMarks(held, mark) : mark)
      }
    }
  }

  async raise(): Promise<void> {
    if (this.#epoch === 0) return
    if (this.#lost) return await this.#raiseFloor()
    const raise = this.#nextRaise()
    if (this.#variant.horizonBeforeTags) {
      const { tags, ...horizon } = raise
      this.#late.push({ tags })
      await this.#send(horizon)
    } else await this.#send(raise)
  }

  acknowledge(): void {
    if (!this.#unacknowledged) return
    this.#unacknowledged = false
    this.#acknowledged = this.#decoded
  }

  async deliverLate(): Promise<void> {
    const raise = this.#late.shift()
    if (raise) await this.#table.raise(raise)
  }

  /**
   * What it has not acknowledged comes again; what it had sent may still arrive. Whoever goes on
   * with the slot may be another process, until that crashes too.
   */
  crash(sent: boolean, goesOnHere: boolean): void {
    if (this.#epoch === 0) return
    this.#hasReaders = goesOnHere
    this.#beginStream()
    if (sent && !this.#lost) this.#late.push(this.#nextRaise())
    if (this.#variant.horizonBeforeTags) this.#late = []
    this.#decoded = this.#acknowledged
    this.#batch = new Map()
    this.#heartbeatAt = 0
    this.#lost = false
    this.#unacknowledged = false
    // The slot knows what was acknowledged, and Redis had that before.
    this.#witness = this.#variant.noWitnessAfterRestart
      ? undefined
      : this.#pastTheFork(this.#acknowledged)
  }

  /** Sets up at first, and after a promotion, where the slot goes on from before the fork. */
  async connect(): Promise<void> {
    if (this.#epoch === this.#home.epoch) return
    const { forkedAt, history, wal } = this.#home
    this.#epoch = history.current
    this.#history = history
    this.#wal = wal
    this.#forkedAt = forkedAt
    this.#acknowledged = Math.min(this.#acknowledged, forkedAt)
    this.#decoded = Math.min(this.#decoded, forkedAt)
    this.#batch = new Map()
    this.#beginStream()
    await this.#raiseFloor()
  }

  async compact(maxTags: number): Promise<void> {
    const { horizon } = await this.#table.read([])
    if (horizon === undefined || this.#epoch === 0) return
    const decoded = this.#wal.slice(0, this.#decoded)
    const xid = decoded.reduce(
      (greatest, commit) => (commit.xid > greatest ? commit.xid : greatest),
      0n,
    )
    await this.#table.compact({ epoch: horizon.epoch, lsn: horizon.lsn, xid: toXid(xid) }, maxTags)
  }

  #beginStream(): void {
    if (this.#variant.nearOutlivesStreams && this.near.version > 0) return
    if (this.#hasReaders) this.near.begin()
    else this.near.end()
  }

  async #raiseTable(raise: Raise): Promise<Raised> {
    return this.#hasReaders
      ? await this.near.raise(this.#table, raise)
      : await this.#table.raise(raise)
  }

  #nextRaise(): Raise {
    const horizon = { ...this.#position(this.#decoded), at: this.#heartbeatAt }
    const witness = this.#variant.noWitness ? undefined : this.#witness
    return { tags: this.#batch, horizon, witness }
  }

  async #send(raise: Raise): Promise<void> {
    const { outcome } = await this.#raiseTable(raise)
    if (outcome === 'lost') {
      this.#lost = true
      return
    }
    this.#batch = new Map()
    this.#unacknowledged = true
    if (raise.horizon) this.#witness = joinPositions(raise.horizon, this.#pastTheFork(0))
  }

  /**
   * Past every commit whose tags may be missing, and every id that such a commit may have had. Never
   * below the newest fork, on whatever side of it the slot is: what was read on the other branch
   * must not be taken for part of this one.
   */
  async #raiseFloor(): Promise<void> {
    const { epoch, lsn } = this.#pastTheFork(this.#decoded)
    const horizon = { epoch, lsn, at: this.#heartbeatAt }
    const floor = { epoch, lsn, xid: toXid(this.#home.nextXid - 1n) }
    await this.#raiseTable({ floor, horizon, history: this.#history })
    this.#batch = new Map()
    this.#lost = false
    this.#witness = horizon
    this.#unacknowledged = true
  }

  /**
   * A table that has not been told of this epoch's fork has lost that, whatever else it holds: what
   * the slot has acknowledged may lie before the fork, where the table of the epoch before was too.
   */
  #pastTheFork(decoded: number): Position {
    if (this.#variant.forgetsForks) return this.#position(decoded)
    const fork = { epoch: this.#epoch, lsn: this.#lsn(this.#forkedAt) }
    return joinPositions(this.#position(decoded), fork)
  }

  #lsn(decoded: number): Lsn {
    return this.#wal[decoded - 1]?.position.lsn ?? LSN_ZERO
  }

  /** In the epoch in which it lies, which before the fork is not the newest. */
  #position(decoded: number): Position {
    return locate(this.#lsn(decoded), this.#history)
  }
}
