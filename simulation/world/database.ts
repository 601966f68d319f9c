/**
 * A database behind a gateway: what it answers, with the positions that the gateway tells, as in
 * docs/design.md (facts 1 to 4). A replica shows what it has replayed; the primary shows a commit a
 * moment after it is in the WAL, and tells an `xmin`.
 */
import { DriverError, type DriverFailure } from '../../src/drivers/driver-error.ts'
import type { RawField, RawResult, ReadAnswer, WriteAnswer } from '../../src/drivers/driver.ts'
import type { Position } from '../../src/tide/position.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { Replay } from './replay.ts'
import { Station } from './station.ts'
import type { Wal } from './wal.ts'

const CORES = 8
const ROW_MS = 0.5
const LIST_MS = 2
const WRITE_MS = 1
const SERVICE_SIGMA = 0.7
/** One in so many meets a cold page, a checkpoint, a neighbour. */
const SLOW = 0.003
const SLOW_LEAST_MS = 8
const SLOW_ALPHA = 1.3
const SLOW_MOST_MS = 1500
/** Between a commit in the WAL and everybody on the primary seeing it. */
const SHOWN_MS = 0.08
const ROW_BYTES = 300
const LIST_BYTES = 4000
const WAL_BYTES = 400

export interface DatabaseOptions {
  readonly name: string
  readonly region: Region
  readonly time: VirtualTime
  readonly wal: Wal
  readonly dice: Dice
  readonly replay: Replay
  readonly isPrimary: boolean
}

export interface ReadQuestion {
  readonly thing: number
  readonly isList: boolean
  readonly need: (Position & { readonly waitMs: number }) | undefined
}

/** What rows hold in this world: which commit made them, and what else the snapshot shows. */
export interface Shown {
  readonly version: number
  readonly snapshot: number
}

type Done<Answer> = (answer: Answer | DriverError) => void

const column = (name: string): RawField => ({
  name,
  dataTypeID: 20,
  tableID: 0,
  columnID: 0,
  dataTypeSize: 8,
  dataTypeModifier: -1,
  format: 'text',
})
const fields = ['version', 'snapshot', 'content'].map(column)
const contents = { row: 'x'.repeat(ROW_BYTES), list: 'x'.repeat(LIST_BYTES) }

export function toResult({ version, snapshot }: Shown, isList: boolean): RawResult {
  const content = isList ? contents.list : contents.row
  const rows = [[String(version), String(snapshot), content]]
  return { fields, rows, command: 'SELECT', rowCount: 1 }
}

export function fromResult({ rows }: Pick<RawResult, 'rows'>): Shown {
  const [version, snapshot] = rows[0] ?? []
  return { version: Number(version), snapshot: Number(snapshot) }
}

export class Database {
  readonly name: string
  readonly region: Region
  readonly replay: Replay
  readonly station: Station = new Station(CORES)
  readonly #options: DatabaseOptions
  isPrimary: boolean
  /** Not there, or being built anew. */
  isDown = false
  reads = 0
  writes = 0

  constructor(options: DatabaseOptions) {
    this.name = options.name
    this.region = options.region
    this.replay = options.replay
    this.isPrimary = options.isPrimary
    this.#options = options
  }

  #service(medianMs: number): number {
    const { dice } = this.#options
    const slow = dice.chance(SLOW) ? dice.pareto(SLOW_LEAST_MS, SLOW_ALPHA, SLOW_MOST_MS) : 0
    return dice.lognormal(medianMs, SERVICE_SIGMA) + slow
  }

  read(question: ReadQuestion, done: Done<ReadAnswer>): void {
    const { time, wal } = this.#options
    if (this.isDown) return done(failed('unreachable'))
    const { need } = question
    if (need && !this.isPrimary) {
      const readyAt = this.replay.timeOf(wal.numberOf(need))
      if (readyAt > time.now + need.waitMs) {
        time.at(time.now + need.waitMs, () => done(failed('behind')))
        return
      }
      if (readyAt > time.now) {
        time.at(readyAt, () => this.#run(question, done))
        return
      }
    }
    this.#run(question, done)
  }

  #run(question: ReadQuestion, done: Done<ReadAnswer>): void {
    const { time } = this.#options
    this.reads++
    const serviceMs = this.#service(question.isList ? LIST_MS : ROW_MS)
    const begin = this.station.take(time.now, serviceMs)
    if (begin > time.now) time.at(begin, () => this.#answer(question, serviceMs, done))
    else this.#answer(question, serviceMs, done)
  }

  /** The position, the query, the position: each with what is there at its moment. */
  #answer(question: ReadQuestion, serviceMs: number, done: Done<ReadAnswer>): void {
    const { time, dice, wal } = this.#options
    // The snapshot may be taken right after the first position or right before the second.
    const isEarly = dice.chance(0.5)
    const [lo, xmin, early] = [
      this.#applied(),
      wal.xmin,
      isEarly ? this.#show(question) : undefined,
    ]
    time.at(time.now + serviceMs, () => {
      if (this.isDown) return done(failed('unreachable'))
      const shown = early ?? this.#show(question)
      const hi = wal.commit(this.#applied())
      const low = wal.commit(lo)
      // Of two epochs a gateway tells none: it asks once more, and then has come past the fork.
      if (low.position.epoch !== hi.position.epoch) return this.#answer(question, serviceMs, done)
      const { epoch } = hi.position
      const isPrimary = this.isPrimary
      done({
        results: [toResult(shown, question.isList)],
        role: isPrimary ? 'primary' : 'standby',
        epoch,
        timeline: isPrimary ? epoch : undefined,
        lo: isPrimary ? { xmin } : { lsn: low.position.lsn },
        hi: hi.position.lsn,
        at: isPrimary ? undefined : low.clock,
        shown: [],
      })
    })
  }

  #applied(): number {
    const { time, wal } = this.#options
    return this.isPrimary ? wal.surviving(wal.end) : this.replay.appliedBy(time.now)
  }

  #show({ thing }: ReadQuestion): Shown {
    const { time, wal } = this.#options
    const snapshot = this.#applied()
    const version = this.isPrimary
      ? wal.versionShownAt(thing, time.now)
      : wal.versionAsOf(thing, snapshot)
    return { version, snapshot }
  }

  /** @param row `undefined`: a heartbeat */
  write(row: number | undefined, done: Done<WriteAnswer>): void {
    const { time, dice, wal } = this.#options
    if (this.isDown) return done(failed('unreachable'))
    if (!this.isPrimary) return done(failed('sql', '25006'))
    this.writes++
    const serviceMs = this.#service(WRITE_MS)
    const begin = this.station.take(time.now, serviceMs)
    time.at(begin, () => {
      const [xid, clock] = [wal.begin(), Math.floor(time.clock)]
      time.at(begin + serviceMs, () => {
        if (this.isDown) return done(failed('unreachable', undefined, 'unknown'))
        const bytes = 8 * Math.ceil(dice.lognormal(row === undefined ? 100 : WAL_BYTES, 0.5) / 8)
        const lag = dice.lognormal(SHOWN_MS, 0.8)
        const number = wal.append(xid, row, bytes, clock, time.now, lag)
        const { position, shownAt } = wal.commit(number)
        time.at(shownAt, () => {
          wal.decided(xid)
          if (this.isDown) return done(failed('unreachable', undefined, 'unknown'))
          const { lsn, epoch } = position
          const result = { fields: [], rows: [[String(number)]], command: 'UPDATE', rowCount: 1 }
          done({ results: [result], epoch, timeline: epoch, commit: { lsn } })
        })
      })
    })
  }
}

function failed(
  failure: DriverFailure,
  sqlState?: string,
  committed: DriverError['committed'] = 'no',
): DriverError {
  return new DriverError(failure, 'The simulated node did not answer.', { sqlState, committed })
}
