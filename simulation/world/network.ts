/**
 * How long messages take. A distance in glass, a jitter that is most often small, and now and then a
 * packet that is lost and sent again, whose delay has no typical size: that is the heavy tail.
 */
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import { endOfTrouble, type Interval } from '../engine/intervals.ts'
import { oneWayMs } from './geography.ts'

const JITTER_MEDIAN_MS = 0.15
const JITTER_SIGMA = 1
/** The share of it that grows with the way. */
const JITTER_OF_WAY = 0.02
const LOSS = 0.002
const LOSS_ALPHA = 1.5
const LONGEST_MS = 3000

export class Network {
  readonly #dice: Dice
  readonly #scale: number
  readonly #ways = new Map<string, number>()
  readonly #alone: ReadonlyMap<string, readonly Interval[]>

  /** @param alone when a region reaches no other */
  constructor(dice: Dice, scale: number, alone: ReadonlyMap<string, readonly Interval[]>) {
    this.#dice = dice
    this.#scale = scale
    this.#alone = alone
  }

  wayMs(from: Region, to: Region): number {
    const name = from + to
    let way = this.#ways.get(name)
    if (way === undefined) this.#ways.set(name, (way = oneWayMs(from, to, this.#scale)))
    return way
  }

  /** What one message takes. `undefined`: it never arrives. */
  messageMs(from: Region, to: Region, now: number): number | undefined {
    if (from !== to && this.cutUntil(from, to, now) !== undefined) return undefined
    return this.delayMs(from, to, this.#dice)
  }

  delayMs(from: Region, to: Region, dice: Dice): number {
    const way = this.wayMs(from, to)
    const jitter = dice.lognormal(JITTER_MEDIAN_MS + JITTER_OF_WAY * way, JITTER_SIGMA)
    const again = dice.chance(LOSS) ? dice.pareto(2 * way + 5, LOSS_ALPHA, LONGEST_MS) : 0
    return way + jitter + again
  }

  /** Until when the two cannot reach each other. */
  cutUntil(from: Region, to: Region, now: number): number | undefined {
    const [one, other] = [from, to].map((each) => endOfTrouble(this.#alone.get(each) ?? [], now))
    if (one === undefined || other === undefined) return one ?? other
    return Math.max(one, other)
  }
}
