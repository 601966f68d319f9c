/**
 * What this process knows of the nodes. It costs nothing: every answer carries positions. Everything
 * in it is a lower bound or a guess; both may cost time, never truth.
 *
 * It is plain data, so requests that share an isolate may share it.
 */
import { Breaker } from '../breaker.ts'
import type { TableReading } from '../cache/tide-table/tide-table.ts'
import type { NodeRole, ReadAnswer } from '../drivers/driver.ts'
import { type History, locate } from '../tide/history.ts'
import { joinPositions, type Position, POSITION_ZERO, reaches } from '../tide/position.ts'

/** How much a new sample of latency counts. */
const WEIGHT = 0.2
/** By how much an answer that takes far longer than usual counts at most: it tells of a moment. */
const SPIKE = { times: 4, ms: 50 }
/** Before so many answers what is expected is a guess, which no answer is held to. */
const FIRST_SAMPLES = 3
/** A node that was slow once is not asked, so nobody would learn that it is quick again. */
const ROUND_TRIP_HALF_LIFE_MS = 10_000
/** Below so many answers nobody knows which ones are slow. */
const ENOUGH_SAMPLES = 100
/** By how much of the mean an answer moves what counts as slow, once many have. */
const SLOW_STEP = 0.02
/** Nobody asks a node that seems to lag, so the suspicion has to fade by itself. */
const LAG_HALF_LIFE_MS = 1000
/** Positions of home that are kept to tell how far replicas lag behind them. */
const MAX_MARKS = 64

interface Mark {
  readonly position: Position
  /** When it was asked for: all that had been acknowledged by then lies at or before it. */
  readonly askedAt: number
  readonly knownAt: number
}

export interface Outlook {
  /** How likely it shows it by now, from 0 to 1. */
  readonly likelihood: number
  /** Guessed time until it does. */
  readonly waitMs: number
  /** The guess is about this position, and not about any that may have come with a cookie. */
  readonly waitIsKnown: boolean
}

export interface NodeSeed {
  readonly name: string
  readonly role: NodeRole
  readonly weight: number
  /** By its distance. */
  readonly roundTripMs: number
  /** What its lag should be when nothing is wrong. */
  readonly lagMs: number
}

export class NodeKnowledge {
  readonly name: string
  readonly weight: number
  readonly breaker: Breaker = new Breaker()
  readonly #usualLagMs: number
  role: NodeRole
  tide: Position = POSITION_ZERO
  at: number | undefined
  /** The newest epoch that the table has told it to follow. */
  follows = 0
  inFlight = 0
  /** By its distance: what is expected of a node that has not been asked for long. */
  distanceMs: number
  #roundTripMs: number
  #askedAt = 0
  #slowMs = 0
  #samples = 0
  #lagMs: number
  #lagBytes = 0
  #lagSeenAt = 0

  constructor({ name, role, weight, roundTripMs, lagMs }: NodeSeed) {
    this.name = name
    this.role = role
    this.weight = weight
    this.distanceMs = roundTripMs
    this.#roundTripMs = roundTripMs
    this.#usualLagMs = lagMs
    this.#lagMs = lagMs
  }

  #faded(excess: number, now: number): number {
    return excess * 0.5 ** ((now - this.#lagSeenAt) / LAG_HALF_LIFE_MS)
  }

  /** How long after a commit is known here the node shows it, as far as can be guessed. */
  lagMs(now: number): number {
    return this.#usualLagMs + this.#faded(this.#lagMs - this.#usualLagMs, now)
  }

  /** How much WAL it lacks, as far as can be guessed. */
  lagBytes(now: number): number {
    return this.#faded(this.#lagBytes, now)
  }

  /** It shows what has been known for so long, or does not show it yet. */
  sawLag(
    { atMost, atLeast, bytes }: { atMost?: number; atLeast?: number; bytes: number },
    now: number,
  ): void {
    const lag = Math.min(this.lagMs(now), atMost ?? Infinity)
    this.#lagMs = Math.max(lag, atLeast ?? 0)
    this.#lagBytes = bytes
    this.#lagSeenAt = now
  }

  /** What an answer should take. */
  roundTripMs(now: number): number {
    const fading = 0.5 ** ((now - this.#askedAt) / ROUND_TRIP_HALF_LIFE_MS)
    return this.distanceMs + (this.#roundTripMs - this.distanceMs) * fading
  }

  tookMs(sample: number, now: number): void {
    const expected = this.roundTripMs(now)
    const most = Math.max(expected * SPIKE.times, expected + SPIKE.ms)
    const counted = this.#samples < FIRST_SAMPLES ? sample : Math.min(sample, most)
    this.#roundTripMs = expected + WEIGHT * (counted - expected)
    this.#askedAt = now
    if (this.#samples++ === 0) this.#slowMs = sample
    // Where 95 of 100 lie below it, the steps up and down cancel out.
    const step = Math.max(SLOW_STEP, 1 / this.#samples) * this.#roundTripMs
    this.#slowMs += sample > this.#slowMs ? 0.95 * step : -0.05 * step
  }

  /** What all but five in a hundred answers stay below. `undefined` until that is known. */
  get slowMs(): number | undefined {
    return this.#samples < ENOUGH_SAMPLES ? undefined : this.#slowMs
  }
}

export interface KnowledgeOptions {
  /** A tide table will tell the history. Where nobody does, all is one epoch. @default false */
  readonly awaitsHistory?: boolean | undefined
}

export class Knowledge {
  history: History = { ended: [], current: 1 }
  readonly #awaitsHistory: boolean
  #historyIsTold = false
  #heard = 0
  /** The node that is believed to be the primary. */
  primary: string
  /** The newest timeline that a primary has told of. */
  timeline = 0
  /** The highest position of home that an answer has told. */
  head: Position = POSITION_ZERO
  readonly nodes: ReadonlyMap<string, NodeKnowledge>
  #marks: Mark[] = []

  constructor(seeds: readonly NodeSeed[], { awaitsHistory = false }: KnowledgeOptions = {}) {
    this.#awaitsHistory = awaitsHistory
    this.nodes = new Map(seeds.map((seed) => [seed.name, new NodeKnowledge(seed)]))
    this.primary = seeds.find(({ role }) => role === 'primary')?.name ?? ''
  }

  node(name: string): NodeKnowledge {
    const node = this.nodes.get(name)
    if (!node) throw new Error(`There is no node ${name}`)
    return node
  }

  /** What the region's consumer has published: another epoch's word never comes too late. */
  learnTable({ history, primary, applied }: TableReading, now: number): void {
    if (history && history.current >= this.history.current) {
      this.history = history
      this.#historyIsTold = true
    }
    // The consumer may not have heard yet of the primary that has answered here.
    if (primary && primary.epoch >= this.newestEpoch && this.nodes.has(primary.node)) {
      this.crown(primary.node)
    }
    for (const [name, { epoch, lsn, role, at }] of applied) {
      if (role === 'primary') continue
      const node = this.node(name)
      node.follows = Math.max(node.follows, epoch)
      this.learnTide(name, { epoch, lsn }, at, now)
    }
  }

  /** It has answered as a primary. Of two that do so the one with the older timeline was replaced. */
  learnPrimary(name: string, timeline: number = this.timeline): void {
    if (timeline < this.timeline) return
    this.timeline = timeline
    // Until it is told, of earlier epochs nothing is known: their tokens are met at home.
    if (this.#awaitsHistory && !this.#historyIsTold && timeline > 0) {
      this.history = { ended: [], current: timeline }
    }
    this.crown(name)
  }

  crown(name: string): void {
    if (name === this.primary) return
    const former = this.node(this.primary)
    // What it was before the fork it may still be: a standby of the new primary.
    former.role = 'standby'
    former.tide = POSITION_ZERO
    this.primary = name
    this.node(name).role = 'primary'
  }

  /** A commit or an answer of the primary has told how far home has come. */
  learnHead(position: Position, askedAt: number, now: number): void {
    if (reaches(this.head, position)) return
    this.head = position
    this.#marks.push({ position, askedAt, knownAt: now })
    if (this.#marks.length > MAX_MARKS) this.#marks = this.#marks.slice(-MAX_MARKS / 2)
  }

  /** A replica has told how far it has come. */
  learnTide(name: string, position: Position, at: number | undefined, now: number): void {
    const node = this.node(name)
    node.tide = joinPositions(node.tide, position)
    if (at !== undefined && (node.at === undefined || at > node.at)) node.at = at
    const passed = this.#passed(position)
    const awaited = this.#marks.find((mark) => !reaches(position, mark.position))
    const { epoch, lsn } = this.head
    node.sawLag(
      {
        ...(passed && { atMost: now - passed.knownAt }),
        ...(awaited && { atLeast: now - awaited.knownAt }),
        bytes: epoch === position.epoch && lsn > position.lsn ? Number(lsn - position.lsn) : 0,
      },
      now,
    )
  }

  #passed(position: Position): Mark | undefined {
    return this.#marks.findLast((mark) => reaches(position, mark.position))
  }

  /** At most so old is what has this position. `undefined`: nobody here knows. */
  ageMs(position: Position, now: number): number | undefined {
    const passed = this.#passed(position)
    return passed && now - passed.askedAt
  }

  /** Whether a replica shows a position by now, and if not, when it should. */
  outlook(name: string, position: Position, now: number): Outlook {
    const node = this.node(name)
    if (reaches(node.tide, position)) return { likelihood: 1, waitMs: 0, waitIsKnown: true }
    // The first mark at or past it was known no earlier than the position itself.
    const mark = this.#marks.find((each) => reaches(each.position, position))
    const lagMs = node.lagMs(now)
    // It came from elsewhere, with a cookie: nobody here knows how old it is.
    if (!mark) return { likelihood: 0.5, waitMs: lagMs, waitIsKnown: false }
    const ageMs = now - mark.knownAt
    const likelihood = ageMs >= lagMs ? 0.9 : (0.5 * ageMs) / lagMs
    return { likelihood, waitMs: Math.max(0, lagMs - ageMs), waitIsKnown: true }
  }

  /**
   * Of what a primary has answered. An epoch is a timeline, and who told the history, here or to a
   * gateway, may not have heard yet that this one is primary.
   */
  epochOf({ timeline, epoch }: Pick<ReadAnswer, 'timeline' | 'epoch'>): number {
    return (this.#isNumbered ? timeline : undefined) ?? epoch ?? this.history.current
  }

  /** Somebody has answered in this epoch: it has a primary, whoever that is. */
  hear(epoch: number): void {
    if (this.#isNumbered) this.#heard = Math.max(this.#heard, epoch)
  }

  /** Also before the history tells of it. */
  get newestEpoch(): number {
    return Math.max(this.#primaryEpoch, this.#heard)
  }

  /** Whether a primary of this epoch must be another one than the one that is known here. */
  isHeirOfPrimary(epoch: number): boolean {
    const isKnown = this.#historyIsTold || (this.#awaitsHistory && this.timeline > 0)
    return isKnown && epoch > this.#primaryEpoch
  }

  get #primaryEpoch(): number {
    return Math.max(this.history.current, this.epochOf({ timeline: this.timeline, epoch: 0 }))
  }

  /** Where no history is ever told all is one epoch. */
  get #isNumbered(): boolean {
    return this.#historyIsTold || this.#awaitsHistory
  }

  /**
   * Past a fork a replica may be on either branch, and its LSN does not tell: one that still follows the
   * old primary shows what is lost and lacks what is new. The consumer asks each for its timeline.
   */
  isOnToday(name: string, lsn: Position['lsn']): boolean {
    const { ended, current } = this.history
    const fork = ended.at(-1)?.endedAt
    return fork === undefined || lsn <= fork || this.node(name).follows === current
  }

  locate(lsn: Position['lsn'], epoch: number | undefined): Position {
    return epoch === undefined ? locate(lsn, this.history) : { epoch, lsn }
  }
}
