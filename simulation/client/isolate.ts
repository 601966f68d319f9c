/**
 * One isolate at the edge: the product's gate, knowledge, cache and tide of a session, put together as
 * `src/client/runner.ts` does it, but for SQL, seals and slots. Every decision is taken there.
 */
import { Breaker } from '../../src/breaker.ts'
import { Cache, type Fresh, type Lookup, MemoryTier, ReadThrough } from '../../src/cache/index.ts'
import { Seals } from '../../src/client/seals.ts'
import { SessionToken } from '../../src/client/session-token.ts'
import { DriverError } from '../../src/drivers/driver-error.ts'
import type { Driver, RawResult, WriteAnswer } from '../../src/drivers/driver.ts'
import { chooser } from '../../src/gate/balance.ts'
import { Gate, type GateWork, type Served, type ServedRead } from '../../src/gate/gate.ts'
import { Knowledge } from '../../src/gate/knowledge.ts'
import type { Need } from '../../src/gate/need.ts'
import type { Token } from '../../src/tide/token.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import { type Database, fromResult } from '../world/database.ts'
import type { Network } from '../world/network.ts'
import type { Redis } from '../world/redis.ts'
import type { Names } from '../world/tags.ts'
import type { Edge, EdgeRequest, Freshness, Read, Source } from './edge.ts'

/** As `createTidegate` has them, unless said otherwise. */
const REPLAY_MS = 10
const TABLE_AGE_MS = 25
const TIMEOUT_MS = 10_000
const CONCURRENCY = 32
const HEDGE = 0.05
const TTL_MS = 60_000
const CACHE_BUDGET_MS = 50

/** Rules of the product, each replaced by a test to see that the truth would notice. */
export interface Rules {
  readonly toNeed: (need: Need) => Need
}

export const RULES: Rules = Object.freeze({ toNeed: (need: Need) => need })

export interface IsolateOptions {
  readonly region: Region
  readonly time: VirtualTime
  readonly dice: Dice
  readonly network: Network
  readonly databases: readonly Database[]
  readonly names: Names
  readonly driver: Driver
  /** `undefined` where the region has none, or does without. */
  readonly redis: Redis | undefined
  readonly rules: Rules
  /** Whether databases are behind gateways, which can be asked to wait. */
  readonly gateways: boolean
}

const identity = <T>(value: T): T => value

const seals = new Seals(async (): Promise<readonly []> => await Promise.resolve([] as const))

export class Isolate implements Edge<Token> {
  readonly region: Region
  readonly knowledge: Knowledge
  readonly cache: Cache | undefined
  readonly #gate: Gate
  readonly #reads: ReadThrough<ServedRead> | undefined
  readonly #options: IsolateOptions
  readonly #names: readonly string[]
  readonly #regions: ReadonlyMap<string, Region>
  #tableReadAt = -Infinity

  constructor(options: IsolateOptions) {
    const { region, time, dice, network, databases, driver, redis, gateways } = options
    const home = databases.find(({ isPrimary }) => isPrimary)?.region ?? region
    this.#options = options
    this.region = region
    this.#names = databases.map(({ name }) => name)
    this.#regions = new Map(databases.map((each) => [each.name, each.region]))
    this.knowledge = new Knowledge(
      databases.map(({ name, isPrimary, region: there }) => ({
        name,
        role: isPrimary ? 'primary' : 'standby',
        weight: 1,
        roundTripMs: Math.max(1, 2 * network.wayMs(region, there)),
        lagMs: network.wayMs(home, there) + REPLAY_MS,
      })),
    )
    const chance = (): number => dice.next()
    const clock = (): number => time.now
    this.#gate = new Gate({
      nodes: databases.map(({ name, region: there, isPrimary }) => ({
        driver,
        target: { name, role: isPrimary ? 'primary' : 'standby', url: '', gateway: gateways },
        region: there,
        pool: 'default',
      })),
      knowledge: this.knowledge,
      clock,
      chance,
      choose: chooser('two-choices', chance),
      concurrency: CONCURRENCY,
      maxLag: { ms: 30_000, bytes: Infinity },
      hedge: HEDGE,
    })
    if (!redis) return
    this.cache = new Cache({
      store: redis,
      breaker: new Breaker(),
      memory: new MemoryTier({ maxBytes: 2 * 1024 * 1024 }),
      budgetMs: CACHE_BUDGET_MS,
      now: clock,
      chance,
    })
    this.#reads = new ReadThrough({ cache: this.cache })
  }

  request(carried: Token | undefined): EdgeRequest<Token> {
    const token = new SessionToken(this.knowledge, undefined, seals)
    if (carried) token.wrote(carried)
    return {
      get lost() {
        // `maybe` where the region has not been told of the promotion yet.
        return token.lost || token.doubtful
      },
      read: async (thing, freshness) => await this.#read(thing, token, freshness),
      write: async (row) => await this.#write(row, token),
      end: async () => await token.current(),
    }
  }

  async #read(thing: number, token: SessionToken, freshness: Freshness): Promise<Read> {
    const { names, rules } = this.#options
    const need = rules.toNeed(await this.#settledNeed(token, freshness))
    const met = need.kind === 'token' ? need.token : undefined
    const load = async (): Promise<ServedRead> =>
      await this.#gate.read(this.#work(thing), need, { route: 'nearest', pool: 'default' })
    const { key, dependsOn } = names.of(thing)
    const outcome = await this.#reads?.read({
      key,
      tags: dependsOn,
      need,
      ttlMs: TTL_MS,
      load,
      keep: toFresh,
      waitUntil: identity,
    })
    if (outcome && 'cached' in outcome) {
      const { cached, lookup } = outcome
      this.knowledge.hear(cached.hi.epoch)
      await this.#catchUp(cached.hi.epoch)
      token.read(cached.hi, met)
      return {
        ...fromResult(cached.result),
        source: sourceOf(lookup),
        region: this.region,
        tried: [],
        through: cached.tide,
      }
    }
    const { answer, sight, node, tried } = outcome ? outcome.loaded : await load()
    await this.#catchUp(sight.lo.epoch)
    token.read(sight.hi, met)
    return {
      ...fromResult(firstOf(answer.results)),
      source: answer.role === 'primary' ? 'primary' : 'replica',
      region: this.#regions.get(node.target.name) ?? this.region,
      tried,
      through: undefined,
    }
  }

  async #write(row: number, token: SessionToken): Promise<number> {
    const { knowledge } = this
    const least = Math.max((await token.current()).epoch, knowledge.newestEpoch)
    const { answer } = await this.#writeHome(row, least)
    const { commit, results } = answer
    const epoch = knowledge.epochOf(answer)
    await this.#catchUp(epoch)
    if (commit) token.wrote({ epoch, ...commit })
    return Number(firstOf(results).rows[0]?.[0])
  }

  /** As the runner does it: who is primary now may stand in the tide table. */
  async #writeHome(row: number, epoch: number): Promise<Served<WriteAnswer>> {
    const { primary } = this.knowledge
    try {
      return await this.#gate.write(this.#work(row), epoch)
    } catch (error) {
      if (!(error instanceof DriverError) || error.failure !== 'unreachable') throw error
      await this.#learn(0)
      if (this.knowledge.primary === primary || error.committed !== 'no') throw error
      return await this.#gate.write(this.#work(row), epoch)
    }
  }

  #work(thing: number): GateWork {
    const now = this.#options.time.now
    return {
      queries: [{ text: '', params: [thing] }],
      signal: undefined,
      deadline: now + TIMEOUT_MS,
      attemptMs: TIMEOUT_MS / 2,
    }
  }

  async #settledNeed(token: SessionToken, freshness: Freshness): Promise<Need> {
    await this.#learn(Infinity)
    const need = await this.#need(token, freshness)
    const isUnknown = need.kind === 'strong' && freshness !== 'strong'
    if (freshness === 'strong') return need
    if (!isUnknown && this.#gate.isSure(need, 'default')) return need
    await this.#learn(TABLE_AGE_MS)
    return await this.#need(token, freshness)
  }

  async #need(token: SessionToken, freshness: Freshness): Promise<Need> {
    if (freshness === 'any') return { kind: 'any' }
    const session = await token.current()
    const epoch = Math.max(session.epoch, this.knowledge.newestEpoch)
    if (typeof freshness === 'object') {
      return { kind: 'within', since: this.#options.time.clock - freshness.within, epoch }
    }
    const goesHome = token.unknown || freshness === 'strong'
    return goesHome ? { kind: 'strong', epoch } : { kind: 'token', token: session }
  }

  /** As the runner does it: with the new history a session is told for certain what it has lost. */
  async #catchUp(epoch: number): Promise<void> {
    if (epoch > this.knowledge.history.current) await this.#learn(TABLE_AGE_MS)
  }

  /** Reads the tide table, unless that was done so lately. */
  async #learn(maxAgeMs: number): Promise<void> {
    const { redis, time } = this.#options
    if (!redis || time.now - this.#tableReadAt < maxAgeMs) return
    const reading = await redis.read(this.#names)
    this.#tableReadAt = time.now
    this.knowledge.learnTable(reading, time.now)
  }
}

function sourceOf(lookup: Lookup): Source {
  if (lookup.outcome !== 'hit') return 'stale'
  return lookup.from === 'memory' ? 'memory' : 'redis'
}

function toFresh({ answer, sight: { lo, hi, at } }: ServedRead): Fresh | undefined {
  return hi === undefined ? undefined : { result: firstOf(answer.results), lo, hi, at }
}

function firstOf(results: readonly RawResult[]): RawResult {
  const [first] = results
  if (!first) throw new Error('A statement has a result')
  return first
}
