/**
 * What an isolate knows of the nodes, from the answers that it has seen: plain data, no timer and no
 * promise. Positions are lower bounds of the truth, so old knowledge costs a longer way at most.
 */
import type { NodeRole } from '../drivers/driver.ts'
import { type History, locate } from '../tide/history.ts'
import { joinPositions, type Position, POSITION_ZERO, reaches } from '../tide/position.ts'
import { Breaker } from './breaker.ts'

/** How much a new sample of latency counts. */
const WEIGHT = 0.2
/** Nobody asks a node that seems to lag, so the suspicion has to fade by itself. */
const LAG_HALF_LIFE_MS = 1000
/** Positions of home that are kept to tell how far replicas lag behind them. */
const MAX_MARKS = 64

interface Mark {
  readonly position: Position
  readonly knownAt: number
}

export class NodeKnowledge {
  readonly name: string
  role: NodeRole
  tide: Position = POSITION_ZERO
  at: number | undefined
  inFlight = 0
  roundTripMs: number
  readonly breaker: Breaker = new Breaker()
  readonly #usualLagMs: number
  #lagMs: number
  #lagSeenAt = 0

  constructor(name: string, role: NodeRole, roundTripMs: number, lagMs: number) {
    this.name = name
    this.role = role
    this.roundTripMs = roundTripMs
    this.#usualLagMs = lagMs
    this.#lagMs = lagMs
  }

  /** How long after a commit is known here the node shows it, as far as can be guessed. */
  lagMs(now: number): number {
    const excess = this.#lagMs - this.#usualLagMs
    return this.#usualLagMs + excess * 0.5 ** ((now - this.#lagSeenAt) / LAG_HALF_LIFE_MS)
  }

  /** It shows what has been known for so long, or does not show it yet. */
  sawLag({ atMost, atLeast }: { atMost?: number; atLeast?: number }, now: number): void {
    const lag = Math.min(this.lagMs(now), atMost ?? Infinity)
    this.#lagMs = Math.max(lag, atLeast ?? 0)
    this.#lagSeenAt = now
  }

  tookMs(sample: number): void {
    this.roundTripMs += WEIGHT * (sample - this.roundTripMs)
  }
}

export class Knowledge {
  history: History = { ended: [], current: 1 }
  /** The node that is believed to be the primary. */
  primary: string
  /** The newest timeline that a primary has told of. */
  timeline = 0
  /** The highest position of home that an answer has told. */
  head: Position = POSITION_ZERO
  readonly nodes: ReadonlyMap<string, NodeKnowledge>
  #marks: Mark[] = []

  constructor(nodes: readonly NodeKnowledge[]) {
    this.nodes = new Map(nodes.map((node) => [node.name, node]))
    this.primary = nodes.find(({ role }) => role === 'primary')?.name ?? ''
  }

  node(name: string): NodeKnowledge {
    const node = this.nodes.get(name)
    if (!node) throw new Error(`There is no node ${name}`)
    return node
  }

  /** A commit or an answer of the primary has told how far home has come. */
  learnHead(position: Position, now: number): void {
    if (reaches(this.head, position)) return
    this.head = position
    this.#marks.push({ position, knownAt: now })
    if (this.#marks.length > MAX_MARKS) this.#marks = this.#marks.slice(-MAX_MARKS / 2)
  }

  /** A replica has told how far it has come. */
  learnTide(name: string, position: Position, at: number | undefined, now: number): void {
    const node = this.node(name)
    node.tide = joinPositions(node.tide, position)
    if (at !== undefined && (node.at === undefined || at > node.at)) node.at = at
    const passed = this.#marks.findLast((mark) => reaches(position, mark.position))
    const awaited = this.#marks.find((mark) => !reaches(position, mark.position))
    node.sawLag(
      {
        ...(passed && { atMost: now - passed.knownAt }),
        ...(awaited && { atLeast: now - awaited.knownAt }),
      },
      now,
    )
  }

  /** How long a replica may still need to show a position. */
  expectedWaitMs(name: string, position: Position, now: number): number {
    const node = this.node(name)
    if (reaches(node.tide, position)) return 0
    // The first mark at or past it was known no earlier than the position itself.
    const mark = this.#marks.find((each) => reaches(each.position, position))
    return Math.max(0, node.lagMs(now) - (mark ? now - mark.knownAt : 0))
  }

  /** How likely a replica shows a position by now, from 0 to 1. */
  likelihood(name: string, position: Position, now: number): number {
    if (reaches(this.node(name).tide, position)) return 1
    const mark = this.#marks.find((each) => reaches(each.position, position))
    // It came from elsewhere, with a cookie: nobody here knows how old it is.
    if (!mark) return 0.5
    const lagMs = this.node(name).lagMs(now)
    const ageMs = now - mark.knownAt
    return ageMs >= lagMs ? 0.9 : (0.5 * ageMs) / lagMs
  }

  locate(lsn: Position['lsn'], epoch: number | undefined): Position {
    return epoch === undefined ? locate(lsn, this.history) : { epoch, lsn }
  }
}
