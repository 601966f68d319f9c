/**
 * How far a replica has come. Each commit travels over one stream with its distance, its jitter and
 * its bandwidth, waits while the link is cut, and is applied after the one before, unless replay stands
 * still: for a vacuum, or for a query that it would cancel. Reckoned when somebody asks, not in events:
 * 300 replicas replay a thousand commits each second.
 */
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import { endOfTrouble, type Interval } from '../engine/intervals.ts'
import type { Network } from './network.ts'
import type { Wal } from './wal.ts'

/** For so long a stream's delay stays what it is. */
const WEATHER_MS = 250
const BYTES_PER_MS = 12_500
const APPLY_BYTES_PER_MS = 50_000
const APPLY_MS = 0.03
/** Standstills: how far apart on average, how long most often, and how much longer some. */
const STALL_EVERY_MS = 600_000
const STALL_LEAST_MS = 400
const STALL_ALPHA = 1.1
const STALL_MOST_MS = 60_000

export interface ReplayOptions {
  readonly wal: Wal
  readonly network: Network
  readonly dice: Dice
  readonly home: Region
  readonly region: Region
  /** Standstills that were planned, beside those of everyday. */
  readonly stalls: readonly Interval[]
}

export class Replay {
  readonly #options: ReplayOptions
  #home: Region
  /** When the commits after `#applied` are applied, as far as that has been reckoned. */
  #times: number[] = []
  #first = 0
  #applied: number
  #reckoned: number
  #arrived = 0
  #sentUntil = 0
  #done = 0
  #weather = -1
  #delay = 0
  #stall: Interval
  /** What comes after it was never sent. */
  #sentTo = Infinity

  constructor(options: ReplayOptions, from = 0) {
    this.#options = options
    this.#home = options.home
    this.#applied = from
    this.#reckoned = from
    this.#stall = this.#nextStall(0)
  }

  #nextStall(after: number): Interval {
    const { dice } = this.#options
    const from = after + dice.exponential(STALL_EVERY_MS)
    return { from, to: from + dice.pareto(STALL_LEAST_MS, STALL_ALPHA, STALL_MOST_MS) }
  }

  /** The last commit that it shows. */
  appliedBy(now: number): number {
    const { wal } = this.#options
    while (this.#applied < wal.end) {
      if (this.#applied >= this.#sentTo) break
      if (this.#applied === this.#reckoned) this.#reckonNext()
      const time = this.#times[this.#first]
      if (time === undefined || time > now) break
      this.#first++
      this.#applied++
    }
    // What was applied is forgotten bit by bit.
    if (this.#first > 1024 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return wal.surviving(this.#applied)
  }

  /** When it shows a commit that is in the WAL already. */
  timeOf(number: number): number {
    if (number > this.#sentTo && number > this.#applied) return Infinity
    while (this.#reckoned < number) this.#reckonNext()
    return number <= this.#applied
      ? 0
      : (this.#times[this.#first + number - this.#applied - 1] ?? 0)
  }

  #reckonNext(): void {
    const { wal, network, region, stalls } = this.#options
    const number = ++this.#reckoned
    const { at, bytes } = wal.commit(number)
    // What went down with the old primary is on no stream.
    if (wal.surviving(number) !== number) {
      this.#times.push(this.#done)
      return
    }
    const sent = network.cutUntil(this.#home, region, at) ?? at
    this.#sentUntil = Math.max(this.#sentUntil, sent) + bytes / BYTES_PER_MS
    this.#arrived = Math.max(this.#arrived, this.#sentUntil + this.#delayAt(at))
    let begun = Math.max(this.#arrived, this.#done)
    while (this.#stall.to <= begun) this.#stall = this.#nextStall(this.#stall.to)
    if (this.#stall.from <= begun) begun = this.#stall.to
    begun = endOfTrouble(stalls, begun) ?? begun
    this.#done = begun + APPLY_MS + bytes / APPLY_BYTES_PER_MS
    this.#times.push(this.#done)
  }

  #delayAt(moment: number): number {
    const weather = Math.floor(moment / WEATHER_MS)
    if (weather !== this.#weather) {
      const { network, dice, region } = this.#options
      this.#weather = weather
      this.#delay = network.delayMs(this.#home, region, dice)
    }
    return this.#delay
  }

  /** The primary has died, and has sent no more than this to those who do not have it yet. */
  cutOff(sentTo: number): void {
    this.#sentTo = sentTo
  }

  /** It follows another primary from a moment on. What it was sent by the old one and survived stays. */
  follow(home: Region, now: number): void {
    const applied = this.appliedBy(now)
    this.#home = home
    this.#sentTo = Infinity
    this.#applied = applied
    this.#reckoned = applied
    this.#times = []
    this.#first = 0
    this.#done = Math.max(this.#done, now)
    this.#weather = -1
  }
}
