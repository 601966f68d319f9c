/**
 * Sends a read to the cheapest place whose tide is high enough, checks what comes back by its own
 * stamp, and goes on to the next place if it will not do. Writes go to the primary, once.
 */
import { DriverError } from '../drivers/driver-error.ts'
import type { Query, ReadAnswer, TransactionOptions, WriteAnswer } from '../drivers/driver.ts'
import type { Tried } from '../errors.ts'
import type { Route } from '../sql/index.ts'
import { asksForXids } from '../tide/token.ts'
import type { Choose } from './balance.ts'
import { type Attempt, decide, type Option } from './decide.ts'
import { firstServed, HedgeBudget, settledWithin } from './hedge.ts'
import { Heirs } from './heirs.ts'
import type { Knowledge, Outlook } from './knowledge.ts'
import { meets, type Need, type Sight, suffices } from './need.ts'
import { type GateNode, Nodes, nothingTold } from './nodes.ts'
import { isRefusedByReplica } from './refusal.ts'
import { pause, withTimeLimit } from './time-limit.ts'

export interface GateOptions {
  readonly nodes: readonly GateNode[]
  readonly knowledge: Knowledge
  readonly clock: () => number
  readonly chance: () => number
  readonly choose: Choose
  /** Reads in flight to one node before it counts as full. */
  readonly concurrency: number
  /** A replica that lags more is not asked. */
  readonly maxLag: { readonly ms: number; readonly bytes: number }
  /** The share of reads that may be sent to a second node while the first one is slow. */
  readonly hedge: number
  readonly onBreakerOpen?: ((node: string) => void) | undefined
}

/** What is to be run, and how long it may take. */
export interface GateWork {
  readonly queries: readonly Query[]
  readonly transaction?: TransactionOptions | undefined
  readonly signal: AbortSignal | undefined
  /** By the gate's clock. */
  readonly deadline: number
  /** How long one node may take while there is another to go on to. */
  readonly attemptMs: number
  /** Told of each node that was asked, also where the end is an error. */
  readonly onTried?: ((tried: Tried) => void) | undefined
}

export interface Wishes {
  readonly route: Route
  readonly pool: string
}

export interface Served<Answer> {
  readonly answer: Answer
  readonly node: GateNode
  readonly reason: string
  readonly tried: readonly Tried[]
  /** When the node was asked that served, by the gate's clock. */
  readonly askedAt: number
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
}

/** The work's time ran out. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp'
}

/** One read on its way: what it was tried with so far. */
interface ReadRun {
  readonly work: GateWork
  readonly need: Need
  readonly tried: Tried[]
}

/** Of a need that is no position. */
const NO_OUTLOOK: Outlook = { likelihood: 0.5, waitMs: 0, waitIsKnown: false }

/** Served, or why the read has to go on. */
type Outcome = { readonly served: ServedRead } | { readonly served?: undefined; cause: unknown }

/** Why the slower one of two is given up. */
const OVERTAKEN = 'overtaken'

const serves = ({ served }: Outcome): boolean => served !== undefined

export class Gate {
  readonly #nodes: Nodes
  readonly #options: GateOptions
  readonly #hedges: HedgeBudget
  readonly #heirs: Heirs

  constructor(options: GateOptions) {
    this.#nodes = new Nodes(options)
    this.#options = options
    this.#hedges = new HedgeBudget(options.hedge)
    this.#heirs = new Heirs(this.#nodes, options)
  }

  async read(work: GateWork, need: Need, wishes: Wishes): Promise<ServedRead> {
    const { knowledge } = this.#options
    if (need.kind === 'strong') await this.#heirs.seek(need.epoch, work)
    const run: ReadRun = { work, need, tried: [] }
    this.#hedges.earn()
    const { primary } = knowledge
    const outcome = await this.#tryAll(run, wishes)
    if (outcome.served) return outcome.served
    // Whoever has taken its place may have what it can no longer give.
    const isGone = run.tried.some((each) => each.node === primary && each.outcome === 'unreachable')
    if (isGone && (await this.#heirs.find(work)) !== undefined) {
      const again = await this.#tryAll(run, wishes)
      if (again.served) return again.served
    }
    throw new Unserved(run.tried, outcome.cause)
  }

  async #tryAll(run: ReadRun, { pool, route }: Wishes): Promise<Outcome> {
    const { need } = run
    const attempts = decide(need, this.#weigh(need, pool), route, this.#options.choose)
    let cause: unknown
    for (let index = 0; index < attempts.length; index++) {
      const [attempt, next] = [attempts[index], attempts[index + 1]]
      if (!attempt) break
      const outcome = this.#mayHedge(attempt, next)
        ? await this.#hedged(run, attempt, next, () => index++)
        : await this.#attempt(run, attempt, next !== undefined, new AbortController())
      if (outcome.served) return outcome
      cause = outcome.cause
    }
    return { cause }
  }

  /** Not before it is known what is slow for a node. */
  #mayHedge(attempt: Attempt, next: Attempt | undefined): next is Attempt {
    const { hedge, knowledge } = this.#options
    return hedge > 0 && next?.sound === true && knowledge.node(attempt.name).slowMs !== undefined
  }

  /** While a node is slower than usual the next one is asked as well: who serves first wins. */
  async #hedged(
    run: ReadRun,
    attempt: Attempt,
    next: Attempt,
    onAsked: () => void,
  ): Promise<Outcome> {
    const controller = new AbortController()
    const first = this.#attempt(run, attempt, true, controller)
    const usualMs = this.#options.knowledge.node(attempt.name).slowMs ?? 0
    const soon = await settledWithin(first, attempt.delayMs + attempt.waitMs + usualMs)
    if (soon) return soon
    if (!this.#hedges.spend()) return await first
    onAsked()
    const reason = `${attempt.name} is slower than usual`
    const other = new AbortController()
    const second = this.#attempt(run, { ...next, reason }, true, other)
    try {
      return await firstServed(first, second, serves)
    } finally {
      // Whatever becomes of the other one, nobody waits for it.
      for (const each of [first, second]) each.catch(() => {})
      for (const each of [controller, other]) each.abort(OVERTAKEN)
    }
  }

  /** @param more there is another node to go on to, so this one may not take all of the time. */
  async #attempt(
    { work, need, tried }: ReadRun,
    attempt: Attempt,
    more: boolean,
    controller: AbortController,
  ): Promise<Outcome> {
    const { clock, knowledge } = this.#options
    const { name, reason } = attempt
    const askedAt = clock()
    const left = work.deadline - askedAt
    const limitMs = more ? Math.min(left, work.attemptMs + attempt.waitMs + attempt.delayMs) : left
    const tell = (outcome: string): void => {
      const one = { node: name, reason, outcome, ms: clock() - askedAt }
      tried.push(one)
      work.onTried?.(one)
    }
    if (left <= 0) throw new TimeUp()
    try {
      const answer = await withTimeLimit(limitMs, work.signal, controller, async (signal) => {
        return await this.#ask(attempt, work, need, signal)
      })
      const sight = this.#nodes.see(name, answer, askedAt)
      if (typeof sight === 'object' && meets(need, sight)) {
        tell('served')
        const node = this.#nodes.get(name)
        return { served: { answer, sight, node, reason, tried, askedAt } }
      }
      tell(typeof sight === 'string' ? sight : 'too old')
      return { cause: undefined }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      if (error.failure === 'aborted') {
        if (work.signal?.aborted) {
          tell('given up')
          throw error
        }
        if (controller.signal.reason === OVERTAKEN) {
          const now = clock()
          knowledge.node(name).tookMs(now - askedAt, now)
          tell('overtaken')
          return { cause: error }
        }
        tell('too slow')
        this.#nodes.failed(name)
        if (limitMs === left) throw new TimeUp(undefined, { cause: error })
        return { cause: error }
      }
      tell(error.sqlState ?? error.failure)
      if (error.failure === 'sql') {
        const known = knowledge.node(name)
        const refusal = isRefusedByReplica(error.sqlState, known.role)
        // A replica that is behind lacks tables and columns as well as rows: only one that is known to
        // be new enough has the last word.
        const isLast = known.role === 'primary' || !more || suffices(need, known)
        if (refusal === undefined && isLast) throw error
        if (refusal === 'statement') throw new RefusedByReplica(undefined, { cause: error })
      }
      return { cause: error }
    }
  }

  async #ask(
    { name, waitMs, delayMs }: Attempt,
    { queries, transaction }: GateWork,
    need: Need,
    signal: AbortSignal,
  ): Promise<ReadAnswer> {
    const token = need.kind === 'token' ? need.token : undefined
    const waits = token !== undefined && waitMs > 0
    const asked = waits
      ? { epoch: token.epoch, lsn: token.lsn, waitMs: Math.ceil(waitMs) }
      : undefined
    const xids = token?.xids ?? []
    if (delayMs > 0) await pause(delayMs, signal)
    return await this.#nodes.ask(name, async ({ driver, target }) => {
      return await driver.read(target, { queries, transaction, signal, xids, need: asked })
    })
  }

  /** Whether some replica is known to have what is needed. */
  isSure(need: Need, pool: string): boolean {
    const { knowledge } = this.#options
    const replicas = this.#nodes.all
      .filter(({ pool: of }) => of === pool)
      .map(({ target }) => knowledge.node(target.name))
      .filter(({ role }) => role !== 'primary')
    // Where there is none, nothing that could be learnt of them would change the way.
    return replicas.length === 0 || replicas.some((known) => suffices(need, known))
  }

  /**
   * Runs on the primary, once: what may have run is never run again.
   * @param epoch in which the session is: a primary of an older one would only lose what it is given
   */
  async write(work: GateWork, epoch: number): Promise<Served<WriteAnswer>> {
    const { knowledge, clock } = this.#options
    if (await this.#heirs.seek(epoch, work)) {
      const message = `${knowledge.primary} was replaced, and its heir is not in reach.`
      throw new DriverError('unreachable', message, { committed: 'no' })
    }
    const left = work.deadline - clock()
    if (left <= 0) throw new TimeUp()
    const name = knowledge.primary
    return await withTimeLimit(left, work.signal, new AbortController(), async (signal) => {
      try {
        return await this.#writeTo(name, work, signal, 'writes go to the primary', [])
      } catch (error) {
        const isSilent = error instanceof DriverError && error.failure === 'aborted'
        if (isSilent && !work.signal?.aborted) this.#nodes.failed(name)
        const outcome = whyNotRun(error)
        const heir = outcome && (await this.#heirs.find(work))
        if (outcome === undefined || heir === undefined) throw error
        const tried = [{ node: name, reason: 'writes go to the primary', outcome, ms: 0 }]
        return await this.#writeTo(heir, work, signal, 'the primary has moved here', tried)
      }
    })
  }

  async #writeTo(
    name: string,
    { queries, transaction, onTried }: GateWork,
    signal: AbortSignal,
    reason: string,
    before: readonly Tried[],
  ): Promise<Served<WriteAnswer>> {
    const { knowledge, clock } = this.#options
    const askedAt = clock()
    const asking = this.#nodes.ask(name, async ({ driver, target }) => {
      return await driver.write(target, { queries, transaction, signal })
    })
    const answer = await asking.catch((error: unknown) => {
      const { sqlState, failure } = error instanceof DriverError ? error : nothingTold
      onTried?.({ node: name, reason, outcome: sqlState ?? failure, ms: clock() - askedAt })
      throw error
    })
    knowledge.learnPrimary(name, answer.timeline)
    const { commit, seen } = answer
    const lsn = commit && 'lsn' in commit ? commit.lsn : seen
    if (lsn !== undefined) {
      knowledge.learnHead({ epoch: knowledge.epochOf(answer), lsn }, askedAt, clock())
    }
    const tried = [...before, { node: name, reason, outcome: 'served', ms: clock() - askedAt }]
    return { answer, node: this.#nodes.get(name), reason, tried, askedAt }
  }

  #weigh(need: Need, pool: string): readonly Option[] {
    const { knowledge, clock, concurrency, maxLag } = this.#options
    const now = clock()
    const token = need.kind === 'token' ? need.token : undefined
    const options: Option[] = []
    for (const node of this.#nodes.all) {
      const { name, gateway } = node.target
      if (node.pool !== pool && name !== knowledge.primary) continue
      const known = knowledge.node(name)
      const { role, tide, at, inFlight, breaker, weight } = known
      options.push({
        name,
        region: node.region,
        role,
        tide,
        at,
        weight,
        inFlight,
        costMs: known.roundTripMs(now) * (1 + inFlight / concurrency),
        outlook: token ? knowledge.outlook(name, token, now) : NO_OUTLOOK,
        // Transactions known by id only cannot be waited for.
        waits: gateway === true && token !== undefined && !asksForXids(token),
        admits: breaker.admits(now) && inFlight < concurrency,
        drained: known.lagMs(now) > maxLag.ms || known.lagBytes(now) > maxLag.bytes,
      })
    }
    return options
  }
}

/** `undefined`: it may have run, or another primary would not run it either. */
function whyNotRun(error: unknown): string | undefined {
  if (!(error instanceof DriverError) || error.committed !== 'no') return undefined
  // 25006: it has become a standby.
  if (error.sqlState === '25006') return error.sqlState
  return error.failure === 'unreachable' ? error.failure : undefined
}
