/**
 * The nodes as they can be asked, and which of them is the primary. Each request is counted as in
 * flight while it runs, and its end teaches what the node is worth.
 */
import { DriverError } from '../drivers/driver-error.ts'
import type { Driver, ReadAnswer, Target } from '../drivers/driver.ts'
import { tell } from '../tell.ts'
import { maxLsn } from '../tide/lsn.ts'
import type { Knowledge, NodeKnowledge } from './knowledge.ts'
import type { Sight } from './need.ts'
import { isNotLetIn } from './refusal.ts'

type Placed = Pick<Sight, 'lo' | 'hi'>
/** Who answers of a history that is not today's. */
type Fenced = 'replaced primary' | 'another branch'

export interface GateNode {
  readonly target: Target
  readonly region: string
  readonly pool: string
  readonly driver: Driver
}

export interface NodesOptions {
  readonly nodes: readonly GateNode[]
  readonly knowledge: Knowledge
  readonly clock: () => number
  readonly chance: () => number
  /** A node has failed so often that it is left alone for a while. */
  readonly onBreakerOpen?: ((node: string) => void) | undefined
}

/** The caller gave up, or what was asked could not be sent. */
export const nothingTold = { failure: 'aborted', sqlState: undefined } as const

export class Nodes {
  readonly all: readonly GateNode[]
  readonly #options: NodesOptions

  constructor(options: NodesOptions) {
    this.all = options.nodes
    this.#options = options
  }

  get(name: string): GateNode {
    const node = this.all.find(({ target }) => target.name === name)
    if (!node) throw new Error(`There is no node ${name}`)
    return node
  }

  async ask<T>(name: string, request: (node: GateNode) => Promise<T>): Promise<T> {
    const { knowledge, clock } = this.#options
    const known = knowledge.node(name)
    const begun = clock()
    known.inFlight++
    known.breaker.started()
    try {
      const answer = await request(this.get(name))
      const now = clock()
      known.tookMs(now - begun, now)
      known.breaker.succeeded()
      return answer
    } catch (error) {
      this.#failed(known, error)
      throw error
    } finally {
      known.inFlight--
    }
  }

  #failed(known: NodeKnowledge, error: unknown): void {
    const { failure, sqlState } = error instanceof DriverError ? error : nothingTold
    const isAway = failure === 'unreachable' || failure === 'overloaded' || isNotLetIn(sqlState)
    if (isAway) this.failed(known.name)
    else if (failure === 'aborted') known.breaker.dropped()
    // It is there, and said so.
    else known.breaker.succeeded()
  }

  failed(name: string): void {
    const { knowledge, clock, chance, onBreakerOpen } = this.#options
    const { breaker } = knowledge.node(name)
    const wasOpen = breaker.open
    breaker.failed(clock(), chance())
    if (breaker.open && !wasOpen && onBreakerOpen) tell(onBreakerOpen, name)
  }

  /** Places an answer in the history, and learns from it. One of another history is of no use. */
  see(name: string, answer: ReadAnswer, askedAt: number): Sight | Fenced {
    const { role, shown, at } = answer
    const placed =
      role === 'primary' ? this.#seePrimary(name, answer, askedAt) : this.#seeReplica(name, answer)
    if (typeof placed === 'string') return placed
    this.#options.knowledge.hear(placed.lo.epoch)
    return { role, ...placed, shown, at }
  }

  #seePrimary(name: string, answer: ReadAnswer, askedAt: number): Placed | Fenced {
    const { knowledge, clock } = this.#options
    const { lo, hi: lsn, timeline = Infinity } = answer
    const epoch = knowledge.epochOf(answer)
    const hi = lsn === undefined ? undefined : { epoch, lsn }
    knowledge.learnPrimary(name, answer.timeline)
    if (epoch < knowledge.history.current || timeline < knowledge.timeline) {
      return 'replaced primary'
    }
    if (hi) knowledge.learnHead(hi, askedAt, clock())
    return { lo: { epoch, ...lo }, hi }
  }

  #seeReplica(name: string, { role, epoch, lo: low, hi: high, at }: ReadAnswer): Placed | Fenced {
    const { knowledge, clock } = this.#options
    if (!('lsn' in low)) return 'another branch'
    const lo = knowledge.locate(low.lsn, epoch)
    const hi = high === undefined ? undefined : knowledge.locate(high, epoch)
    if (!knowledge.isOnToday(name, maxLsn(low.lsn, high ?? low.lsn))) return 'another branch'
    // What a standby has replayed by the end of the query it has replayed; what a subscriber has
    // received by then it may not have applied.
    knowledge.learnTide(name, role === 'standby' && hi ? hi : lo, at, clock())
    return { lo, hi }
  }
}
