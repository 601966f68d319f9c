/**
 * Runs the statements of one session: what each one is, what it needs, where it goes, and what the
 * session must not fall behind afterwards.
 */
import type { CachedReads, ClientOutcome } from '../cache/cached-reads.ts'
import type { TideReader } from '../cache/tide-reader.ts'
import { DriverError } from '../drivers/driver-error.ts'
import type { Query, RawResult, TransactionOptions, WriteAnswer } from '../drivers/driver.ts'
import { TidegateError, type Tried } from '../errors.ts'
import {
  type Gate,
  type GateWork,
  RefusedByReplica,
  type Served,
  type ServedRead,
  Unserved,
} from '../gate/gate.ts'
import type { Knowledge } from '../gate/knowledge.ts'
import { describeNeed, type Need } from '../gate/need.ts'
import type { Durability, SqlPolicy } from '../sql/index.ts'
import { tell } from '../tell.ts'
import { settleToken } from '../tide/settle-token.ts'
import { joinTokens } from '../tide/token.ts'
import { DEFAULT_POOL } from '../topology/configuration.ts'
import { NeedUnmetError } from './errors.ts'
import { isSilence, toTidegateError } from './failures.ts'
import type { Footprints } from './footprints.ts'
import type { Learned } from './learned.ts'
import { type TideMetadata, tideOfCache, tideOfNode } from './metadata.ts'
import { lessonOf, makePlan, type Plan } from './plan.ts'
import { type QueryEvent, toEvent } from './query-event.ts'
import type { FreshnessOption, NarrowingOptions } from './query-options.ts'
import type { Seals } from './seals.ts'
import type { SessionToken } from './session-token.ts'
import { Slots } from './slots.ts'

/** What all sessions of a client share: plain data and functions, nothing that belongs to a request. */
export interface Shared {
  readonly gate: Gate
  readonly knowledge: Knowledge
  readonly footprints: Footprints
  readonly tides: TideReader | undefined
  readonly cached: CachedReads<ServedRead> | undefined
  readonly policy: SqlPolicy
  readonly learned: Learned
  readonly pools: ReadonlySet<string>
  readonly defaults: NarrowingOptions
  readonly seals: Seals
  readonly clock: () => number
  readonly onQuery: ((event: QueryEvent) => void) | undefined
}

export interface SessionOptions extends NarrowingOptions {
  /**
   * Keeps work going after the response, as the platform's own: `ctx.waitUntil`. With it the cache is
   * filled beside the response, and may answer with what has just become stale where the need allows
   * that, while it is renewed.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

export interface Outcomes {
  readonly results: readonly RawResult[]
  readonly tide: TideMetadata
}

const DEFAULT_TIMEOUT_MS = 10_000
/** The consumer publishes how far replicas are every 100 ms at most; twice in a moment tells no more. */
const TABLE_AGE_MS = 25

export class Runner {
  readonly #shared: Shared
  readonly #token: SessionToken
  readonly #options: SessionOptions
  readonly #record: (tide: TideMetadata) => void
  readonly #slots = new Slots()

  /** @param options of the session */
  constructor(
    shared: Shared,
    token: SessionToken,
    options: SessionOptions,
    record: (tide: TideMetadata) => void,
  ) {
    this.#shared = shared
    this.#token = token
    this.#options = options
    this.#record = record
  }

  /**
   * @param said of each of the queries
   * @param options of all of them: how long it may take
   */
  async run(
    queries: readonly Query[],
    said: readonly NarrowingOptions[],
    options: Pick<NarrowingOptions, 'timeoutMs' | 'signal'>,
    transaction: TransactionOptions | undefined,
  ): Promise<Outcomes> {
    const { defaults, onQuery, clock } = this.#shared
    const plan = makePlan(queries, said, this.#options, this.#shared, transaction)
    const timeoutMs =
      options.timeoutMs ?? this.#options.timeoutMs ?? defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const signal = options.signal ?? this.#options.signal
    const begun = clock()
    const tried: Tried[] = []
    const work: GateWork = {
      queries,
      transaction,
      signal,
      deadline: begun + timeoutMs,
      attemptMs: timeoutMs / 2,
      onTried: (one) => tried.push(one),
    }
    try {
      const outcomes = await this.#slots.run(async () => {
        return plan.writes
          ? await this.#write(work, plan, begun)
          : await this.#read(work, plan, begun)
      })
      this.#record(outcomes.tide)
      if (onQuery) tell(onQuery, toEvent(plan, clock() - begun, outcomes.tide, undefined))
      return outcomes
    } catch (thrown) {
      const error = toTidegateError(thrown, signal, timeoutMs, tried)
      if (onQuery && error instanceof TidegateError)
        tell(onQuery, toEvent(plan, clock() - begun, undefined, error))
      // As of `fetch`: who gave up knows why.
      throw signal?.aborted ? signal.reason : error
    }
  }

  async #read(work: GateWork, plan: Plan, begun: number): Promise<Outcomes> {
    const { learned, clock, tides, knowledge } = this.#shared
    const { need, learning } = await this.#needAndLearning(plan)
    const epoch = knowledge.history.current
    try {
      const load = async (): Promise<ServedRead> => await this.#load(work, plan, need, learning)
      const asked = this.#readCached(work, plan, need, load)
      const outcome = asked ? await asked : ({ word: undefined, loaded: await load() } as const)
      // A session hears of writes that were lost before it is shown a history without them.
      if ('cached' in outcome && learning) {
        await learning
        if (knowledge.history.current !== epoch) return await this.#read(work, plan, begun)
      }
      const { word } = outcome
      // Nothing else would tell: a need that replicas surely meet asks the table nothing.
      if (word === 'bypass: schema') tides?.forget()
      const token = need.kind === 'token' ? need.token : undefined
      if ('cached' in outcome) {
        const { result, hi, at } = outcome.cached
        knowledge.hear(hi.epoch)
        await this.#catchUp(hi.epoch)
        this.#token.read(hi, token)
        const region = this.#shared.cached?.region ?? ''
        const tide = tideOfCache({ region, begun, now: clock(), hi, at, cache: word })
        return { results: [result], tide }
      }
      const served = outcome.loaded
      const { answer, sight } = served
      await this.#catchUp(sight.lo.epoch)
      this.#token.read(sight.hi, token)
      const stalenessMs = this.#stalenessMs(served)
      const seen = { role: answer.role, hi: sight.hi, stalenessMs, cache: word }
      const tide = tideOfNode(served, { ...seen, begun, now: clock() })
      return { results: answer.results, tide }
    } catch (error) {
      if (error instanceof Unserved)
        throw new NeedUnmetError(describeNeed(need), error.tried, error.cause)
      if (!(error instanceof RefusedByReplica) || plan.route === 'replica') throw error
      // It wrote nothing there. What it really is only the primary can tell, now and next time.
      learned.add(lessonOf(plan.footprints, work.transaction))
      return await this.#write(work, plan, begun)
    }
  }

  async #load(
    work: GateWork,
    plan: Plan,
    need: Need,
    learning: Promise<void> | undefined,
  ): Promise<ServedRead> {
    const { gate } = this.#shared
    if (!learning) return await gate.read(work, need, plan)
    await learning
    // What was learnt may have placed the session's writes in another history.
    return await gate.read(work, await this.#need(plan.freshness), plan)
  }

  /** `undefined` where it is not wished for, or makes no sense. */
  #readCached(
    work: GateWork,
    plan: Plan,
    need: Need,
    load: () => Promise<ServedRead>,
  ): Promise<ClientOutcome<ServedRead>> | undefined {
    const { cached, footprints } = this.#shared
    const { cache, route } = plan
    const [query] = work.queries
    if (!cached || !cache || route !== 'nearest' || work.transaction || !query) return undefined
    // Since the statement was planned the cache may have been told of another catalog.
    footprints.use(cached.catalog)
    const { waitUntil } = this.#options
    return cached.read({
      query,
      footprint: footprints.read(query.text),
      cache: cache === true ? {} : cache,
      need,
      waitUntil,
      load,
    })
  }

  async #write(work: GateWork, { durability }: Plan, begun: number): Promise<Outcomes> {
    const { knowledge, clock } = this.#shared
    // A token that is still on its way in must not overwrite what is written now.
    const token = await this.#token.current()
    // What it writes will have a position, and that an epoch; and the session may know of another
    // primary already.
    await this.#shared.tides?.learn(this.#token.unknown ? TABLE_AGE_MS : Infinity)
    const placed = durability ? withDurability(work, durability) : work
    const home = this.#writeHome(placed, Math.max(token.epoch, knowledge.newestEpoch))
    const served = await home.catch(async (error: unknown) => {
      if (isConflict(error)) await this.#lookAround(work)
      throw error
    })
    const { commit, seen: last } = served.answer
    const results = served.answer.results.slice(durability ? 1 : 0)
    const epoch = knowledge.epochOf(served.answer)
    await this.#catchUp(epoch)
    const lsn = commit && 'lsn' in commit ? commit.lsn : last
    const hi = lsn === undefined ? undefined : { epoch, lsn }
    if (commit) this.#token.wrote({ epoch, ...commit })
    // What wrote nothing has seen something all the same.
    else this.#token.read(hi, undefined)
    const seen = { role: 'primary', hi, stalenessMs: 0, cache: undefined } as const
    const tide = tideOfNode(served, { ...seen, begun, now: clock() })
    return { results, tide }
  }

  /** Who is told of a conflict has seen that the row is there, and must find it in the next read. */
  async #lookAround({ deadline, attemptMs, signal }: GateWork): Promise<void> {
    const look: GateWork = { queries: [], deadline, attemptMs, signal }
    const wishes = { route: 'primary', pool: DEFAULT_POOL } as const
    try {
      const { sight } = await this.#shared.gate.read(look, { kind: 'strong' }, wishes)
      this.#token.read(sight.hi, undefined)
    } catch {
      // The conflict is what the caller has to hear of.
    }
  }

  /**
   * Where the primary gives no answer, the tide table may tell of another one: from then on writes go
   * there. This one does only if it certainly was not sent.
   */
  async #writeHome(work: GateWork, epoch: number): Promise<Served<WriteAnswer>> {
    const { gate, knowledge, tides } = this.#shared
    const { primary } = knowledge
    try {
      return await gate.write(work, epoch)
    } catch (error) {
      if (!tides || !isSilence(error, work.signal)) throw error
      await tides.learn(0)
      const ran = !(error instanceof DriverError) || error.committed !== 'no'
      if (knowledge.primary === primary || ran) throw error
      return await gate.write(work, epoch)
    }
  }

  /** An answer of a new epoch comes before its history where a failover has just been. */
  async #catchUp(epoch: number): Promise<void> {
    const { knowledge, tides } = this.#shared
    if (epoch > knowledge.history.current) await tides?.learn(TABLE_AGE_MS)
  }

  /** What the answer has by the primary's clock, or by what is known here: the better of the two. */
  #stalenessMs({ sight: { role, lo, at }, askedAt }: ServedRead): number | undefined {
    const { knowledge, clock } = this.#shared
    if (role === 'primary') return clock() - askedAt
    const ages = [
      'xmin' in lo ? undefined : knowledge.ageMs(lo, clock()),
      at === undefined ? undefined : Math.max(0, Date.now() - at),
    ].filter((age) => age !== undefined)
    return ages.length > 0 ? Math.min(...ages) : undefined
  }

  /**
   * The tide table is read when nothing else tells today's history, and when no replica is known to
   * have what is needed: it is near, home is not. The cache is asked meanwhile.
   */
  async #needAndLearning({
    freshness,
    route,
    pool,
  }: Plan): Promise<{ readonly need: Need; readonly learning?: Promise<void> }> {
    const { tides, gate } = this.#shared
    await tides?.learn(Infinity)
    const need = await this.#need(freshness)
    const isUnknown = need.kind === 'strong' && freshness !== 'strong'
    if (tides && isUnknown) {
      await tides.learn(TABLE_AGE_MS)
      return { need: await this.#need(freshness) }
    }
    const goesHome = route === 'primary' || need.kind === 'strong'
    if (!tides || goesHome || gate.isSure(need, pool)) return { need }
    return { need, learning: tides.learn(TABLE_AGE_MS) }
  }

  async #need(freshness: FreshnessOption): Promise<Need> {
    if (freshness === 'any') return { kind: 'any' }
    const { seals, knowledge } = this.#shared
    const session = await this.#token.current()
    const epoch = Math.max(session.epoch, knowledge.newestEpoch)
    if (typeof freshness === 'object' && 'within' in freshness) {
      return { kind: 'within', since: Date.now() - freshness.within, epoch }
    }
    if (this.#token.unknown || freshness === 'strong') return { kind: 'strong', epoch }
    if (freshness === 'session') return { kind: 'token', token: session }
    const atLeast = await seals.open(freshness.atLeast)
    const settled = settleToken(atLeast, knowledge.history)
    if (settled.outcome === 'unknown') {
      return { kind: 'strong', epoch: Math.max(epoch, atLeast.epoch) }
    }
    return { kind: 'token', token: joinTokens(session, settled.token) }
  }
}

/** foreign_key_violation, unique_violation, exclusion_violation: they tell of other rows. */
const conflicts = new Set(['23503', '23505', '23P01'])

function isConflict(error: unknown): boolean {
  return error instanceof DriverError && conflicts.has(error.sqlState ?? '')
}

/** For this transaction alone: no pooler hands it on, and nothing has to be taken back. */
function withDurability(work: GateWork, durability: Durability): GateWork {
  const setting = { text: `set local synchronous_commit = ${durability}`, params: [] }
  return { ...work, queries: [setting, ...work.queries], transaction: work.transaction ?? {} }
}
