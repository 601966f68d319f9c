import { DriverError } from '../drivers/driver-error.ts'
/**
 * Sends a read to the cheapest place whose tide is high enough, checks what comes back by its own
 * stamp, and goes on to the next place if it will not do. Writes go to the primary, once.
 */
import type { Driver, ReadAnswer, Target, Work, WriteAnswer } from '../drivers/driver.ts'
import type { Route } from '../sql/index.ts'
import { POSITION_ZERO } from '../tide/position.ts'
import { asksForXids } from '../tide/token.ts'
import { type Attempt, decide, type Option } from './decide.ts'
import type { Knowledge, NodeKnowledge } from './knowledge.ts'
import { meets, type Need, type Sight } from './need.ts'
import { isRefusedByReplica } from './refusal.ts'

export interface GateNode {
  readonly target: Target
  readonly region: string
  readonly pool: string
  readonly driver: Driver
}

export interface GateOptions {
  readonly nodes: readonly GateNode[]
  readonly knowledge: Knowledge
  readonly clock: () => number
  readonly chance: () => number
  /** Reads in flight to one node before it counts as full. */
  readonly concurrency: number
  /** A replica that lags longer is not asked. */
  readonly maxLagMs: number
}

export interface Tried {
  readonly node: string
  /** Why it was asked. */
  readonly reason: string
  /** `served`, or why its answer was not taken. */
  readonly outcome: string
  readonly ms: number
}

export interface Served<Answer> {
  readonly answer: Answer
  readonly node: GateNode
  readonly reason: string
  readonly tried: readonly Tried[]
}

export interface ServedRead extends Served<ReadAnswer> {
  readonly sight: Sight
}

/** Nobody could give what was needed. */
export class Unserved extends Error {
  override readonly name = 'Unserved'
  readonly tried: readonly Tried[]

  constructor(tried: readonly Tried[], cause: unknown) {
    super('No node could serve the read', { cause })
    this.tried = tried
  }
}

/** A replica refused the statement: only the primary can tell whether it is a read. */
export class RefusedByReplica extends Error {
  override readonly name = 'RefusedByReplica'
  readonly tried: readonly Tried[]

  constructor(tried: readonly Tried[], cause: unknown) {
    super('A replica refused the statement', { cause })
    this.tried = tried
  }
}

export class Gate {
  readonly #nodes: ReadonlyMap<string, GateNode>
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#nodes = new Map(options.nodes.map((node) => [node.target.name, node]))
    this.#options = options
  }

  async read(
    work: Work,
    need: Need,
    { route, pool }: { readonly route: Route; readonly pool: string },
  ): Promise<ServedRead> {
    const tried: Tried[] = []
    let cause: unknown
    for (const attempt of decide(need, this.#weigh(need, pool), route, this.#options.chance)) {
      work.signal.throwIfAborted()
      const node = this.#node(attempt.name)
      const begun = this.#options.clock()
      const tell = (outcome: string): number =>
        tried.push({
          node: attempt.name,
          reason: attempt.reason,
          outcome,
          ms: this.#options.clock() - begun,
        })
      try {
        const answer = await this.#ask(node, work, need, attempt)
        const sight = this.#see(node, answer)
        const fenced = this.#isFenced(answer, sight)
        if (!fenced && meets(need, sight)) {
          tell('served')
          return { answer, sight, node, reason: attempt.reason, tried }
        }
        tell(fenced ? 'replaced primary' : 'too old')
      } catch (error) {
        if (!(error instanceof DriverError)) throw error
        tell(error.sqlState ?? error.failure)
        if (error.failure === 'aborted') throw error
        if (error.failure === 'sql') {
          const onReplica = this.#options.knowledge.node(attempt.name).role !== 'primary'
          const refusal = onReplica ? isRefusedByReplica(error.sqlState) : undefined
          if (refusal === undefined) throw error
          if (refusal === 'statement') throw new RefusedByReplica(tried, error)
        }
        cause = error
      }
    }
    throw new Unserved(tried, cause)
  }

  /** Runs on the primary, once: what may have run is never run again. */
  async write(work: Work): Promise<Served<WriteAnswer>> {
    const { knowledge } = this.#options
    const name = knowledge.primary
    try {
      return await this.#writeTo(name, work, 'writes go to the primary', [])
    } catch (error) {
      // 25006: it has become a standby, and has refused before anything ran.
      if (!(error instanceof DriverError) || error.sqlState !== '25006') throw error
      const heir = await this.#findPrimary(name, work.signal)
      if (heir === undefined) throw error
      const tried = [{ node: name, reason: 'writes go to the primary', outcome: '25006', ms: 0 }]
      return await this.#writeTo(heir, work, 'the primary has moved here', tried)
    }
  }

  async #writeTo(
    name: string,
    work: Work,
    reason: string,
    before: readonly Tried[],
  ): Promise<Served<WriteAnswer>> {
    const { knowledge, clock } = this.#options
    const node = this.#node(name)
    const known = knowledge.node(name)
    const begun = clock()
    const answer = await measured(
      known,
      clock,
      async () => await node.driver.write(node.target, work),
    )
    if (answer.commit && 'lsn' in answer.commit) {
      knowledge.learnHead(knowledge.locate(answer.commit.lsn, answer.epoch), clock())
    }
    const tried = [...before, { node: name, reason, outcome: 'served', ms: clock() - begun }]
    return { answer, node, reason, tried }
  }

  /** Asks the replicas whether one of them has been promoted. */
  async #findPrimary(former: string, signal: AbortSignal): Promise<string | undefined> {
    const work = { queries: [], xids: [], signal }
    const others = [...this.#nodes.values()].filter(({ target }) => target.name !== former)
    const roles = await Promise.allSettled(
      others.map(async (node) => {
        const { role } = await node.driver.read(node.target, work)
        return role === 'primary' ? node.target.name : undefined
      }),
    )
    const heir = roles
      .map((each) => (each.status === 'fulfilled' ? each.value : undefined))
      .find(Boolean)
    if (heir !== undefined) this.#crown(heir)
    return heir
  }

  #crown(name: string): void {
    const { knowledge } = this.#options
    const former = knowledge.node(knowledge.primary)
    // What it was before the fork it may still be: a standby of the new primary.
    former.role = 'standby'
    former.tide = POSITION_ZERO
    knowledge.primary = name
    knowledge.node(name).role = 'primary'
  }

  async #ask(node: GateNode, work: Work, need: Need, { waitMs }: Attempt): Promise<ReadAnswer> {
    const { knowledge, clock } = this.#options
    const known = knowledge.node(node.target.name)
    const token = need.kind === 'token' ? need.token : undefined
    const waits = token !== undefined && waitMs > 0
    return await measured(known, clock, async () => {
      return await node.driver.read(node.target, {
        ...work,
        xids: token?.xids ?? [],
        ...(waits && { need: { epoch: token.epoch, lsn: token.lsn, waitMs: Math.ceil(waitMs) } }),
      })
    })
  }

  /** Places an answer in the history, and learns from it. */
  #see(node: GateNode, answer: ReadAnswer): Sight {
    const { knowledge, clock } = this.#options
    const { name } = node.target
    const { role, epoch, shown } = answer
    const hi = answer.hi === undefined ? undefined : knowledge.locate(answer.hi, epoch)
    if (role === 'primary') {
      const isNewest = (answer.timeline ?? knowledge.timeline) >= knowledge.timeline
      knowledge.timeline = Math.max(knowledge.timeline, answer.timeline ?? 0)
      if (isNewest && name !== knowledge.primary) this.#crown(name)
      if (hi) knowledge.learnHead(hi, clock())
    }
    if ('xmin' in answer.lo) {
      const lo = { epoch: epoch ?? knowledge.history.current, xmin: answer.lo.xmin }
      return { role, lo, hi, shown, at: answer.at }
    }
    const lo = knowledge.locate(answer.lo.lsn, epoch)
    // What a standby has replayed by the end of the query it has replayed; what a subscriber has
    // received by then it may not have applied.
    knowledge.learnTide(name, role === 'standby' && hi ? hi : lo, answer.at, clock())
    return { role, lo, hi, shown, at: answer.at }
  }

  /** An answer of an older history comes from a primary that has been replaced. */
  #isFenced({ timeline = Infinity }: ReadAnswer, { role, lo }: Sight): boolean {
    const { history, timeline: newest } = this.#options.knowledge
    return role === 'primary' && (lo.epoch < history.current || timeline < newest)
  }

  #weigh(need: Need, pool: string): Option[] {
    const { knowledge, clock, concurrency, maxLagMs } = this.#options
    const now = clock()
    const eligible = [...this.#nodes.values()].filter(
      (node) => node.pool === pool || node.target.name === knowledge.primary,
    )
    return eligible.map(({ target, region }): Option => {
      const known = knowledge.node(target.name)
      const { role, tide, at, roundTripMs, inFlight, breaker } = known
      const token = need.kind === 'token' ? need.token : undefined
      const waitMs = token ? knowledge.expectedWaitMs(target.name, token, now) : 0
      return {
        name: target.name,
        region,
        role,
        tide,
        at,
        costMs: roundTripMs * (1 + inFlight / concurrency),
        likelihood: token ? knowledge.likelihood(target.name, token, now) : 0.5,
        expectedWaitMs: waitMs,
        // Transactions known by id only cannot be waited for.
        waits: target.gateway === true && token !== undefined && !asksForXids(token),
        admits: breaker.admits(now) && inFlight < concurrency,
        drained: known.lagMs(now) > maxLagMs,
      }
    })
  }

  #node(name: string): GateNode {
    const node = this.#nodes.get(name)
    if (!node) throw new Error(`There is no node ${name}`)
    return node
  }
}

/** Counts the request as in flight, and learns from how it ends. */
async function measured<T>(
  known: NodeKnowledge,
  clock: () => number,
  request: () => Promise<T>,
): Promise<T> {
  const begun = clock()
  known.inFlight++
  known.breaker.started()
  try {
    const result = await request()
    known.tookMs(clock() - begun)
    known.breaker.succeeded()
    return result
  } catch (error) {
    const failure = error instanceof DriverError ? error.failure : 'aborted'
    if (failure === 'unreachable' || failure === 'overloaded') {
      known.breaker.failed(clock(), Math.random())
    } else if (failure === 'aborted') {
      known.breaker.dropped()
    } else {
      // It is there, and said so.
      known.breaker.succeeded()
    }
    throw error
  } finally {
    known.inFlight--
  }
}
