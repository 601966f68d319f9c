import { DriverError } from '../drivers/driver-error.ts'
/**
 * Runs the statements of one session: what each one is, what it needs, where it goes, and what the
 * session must not fall behind afterwards.
 */
import type { Query, RawResult, TransactionOptions } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import { type Gate, RefusedByReplica, type Served, Unserved } from '../gate/gate.ts'
import type { Knowledge } from '../gate/knowledge.ts'
import { describeNeed, type Need } from '../gate/need.ts'
import type { Footprint, FootprintMemo, SqlPolicy } from '../sql/index.ts'
import { openToken } from '../tide/seal.ts'
import { settleToken } from '../tide/settle-token.ts'
import type { TokenKey } from '../tide/token-keys.ts'
import { joinTokens } from '../tide/token.ts'
import { NeedUnmetError, QueryError, WriteFailedError } from './errors.ts'
import type { Learned } from './learned.ts'
import { formatPosition, type TideMetadata } from './metadata.ts'
import { makePlan, type Plan } from './plan.ts'
import type { FreshnessOption, NarrowingOptions } from './query-options.ts'
import type { SessionToken } from './session-token.ts'

/** What all sessions of a client share: plain data and functions, nothing that belongs to a request. */
export interface Shared {
  readonly gate: Gate
  readonly knowledge: Knowledge
  readonly memo: FootprintMemo
  readonly policy: SqlPolicy
  readonly learned: Learned
  readonly defaults: NarrowingOptions
  readonly keys: () => Promise<readonly TokenKey[]>
  readonly clock: () => number
  readonly onQuery: ((event: QueryEvent) => void) | undefined
}

/** What one query did. No text and no value: the fingerprint has neither. */
export interface QueryEvent {
  readonly fingerprint: string
  readonly kind: Footprint['kind']
  readonly rule: string | undefined
  readonly tide: TideMetadata | undefined
  readonly error: TidegateError | undefined
}

export interface Outcomes {
  readonly results: readonly RawResult[]
  readonly tide: TideMetadata
}

const DEFAULT_TIMEOUT_MS = 10_000

export class Runner {
  readonly #shared: Shared
  readonly #token: SessionToken
  readonly #record: (tide: TideMetadata) => void

  constructor(shared: Shared, token: SessionToken, record: (tide: TideMetadata) => void) {
    this.#shared = shared
    this.#token = token
    this.#record = record
  }

  async run(
    queries: readonly Query[],
    options: NarrowingOptions,
    transaction: TransactionOptions | undefined,
  ): Promise<Outcomes> {
    const { defaults, onQuery, clock } = this.#shared
    const plan = makePlan(queries, options, this.#shared)
    const { footprints, rule } = plan
    const event = {
      fingerprint: footprints.map(({ fingerprint }) => fingerprint).join('; '),
      kind: plan.writes ? ('write' as const) : ('read' as const),
      rule,
    }
    const timeoutMs = options.timeoutMs ?? defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const deadline = AbortSignal.timeout(timeoutMs)
    const signal = AbortSignal.any([deadline, ...(options.signal ? [options.signal] : [])])
    const begun = clock()
    try {
      const work = { queries, signal, ...(transaction && { transaction }) }
      const outcomes = plan.writes
        ? await this.#write(work, begun)
        : await this.#read(work, plan, begun)
      this.#record(outcomes.tide)
      onQuery?.({ ...event, tide: outcomes.tide, error: undefined })
      return outcomes
    } catch (thrown) {
      const error = toTidegateError(thrown, options.signal, deadline, timeoutMs)
      if (error instanceof TidegateError) onQuery?.({ ...event, tide: undefined, error })
      throw error
    }
  }

  async #read(work: GateWork, plan: Plan, begun: number): Promise<Outcomes> {
    const { gate, learned } = this.#shared
    const need = await this.#need(plan.freshness)
    try {
      const served = await gate.read(work, need, plan)
      this.#token.read(served.sight.hi, need.kind === 'token' ? need.token : undefined)
      const position = served.sight.hi && formatPosition(served.sight.hi)
      const { results, role } = served.answer
      return { results, tide: { ...this.#metadata(served, begun, position), role } }
    } catch (error) {
      if (error instanceof Unserved)
        throw new NeedUnmetError(describeNeed(need), error.tried, error.cause)
      if (!(error instanceof RefusedByReplica) || plan.route === 'replica') throw error
      // It wrote nothing there. What it really is only the primary can tell, now and next time.
      for (const { fingerprint } of plan.footprints) learned.add(fingerprint)
      return await this.#write(work, begun)
    }
  }

  async #write(work: GateWork, begun: number): Promise<Outcomes> {
    const { gate, knowledge } = this.#shared
    // A token that is still on its way in must not overwrite what is written now.
    await this.#token.current()
    const served = await gate.write(work)
    const { commit, epoch, results } = served.answer
    let position: string | undefined
    if (commit && 'lsn' in commit) {
      const committed = { epoch: epoch ?? knowledge.history.current, lsn: commit.lsn }
      this.#token.wrote(committed)
      position = formatPosition(committed)
    } else if (commit) {
      this.#token.wrote({ epoch: epoch ?? knowledge.history.current, xid: commit.xid })
    }
    return { results, tide: { ...this.#metadata(served, begun, position), role: 'primary' } }
  }

  async #need(freshness: FreshnessOption): Promise<Need> {
    if (freshness === 'any' || freshness === 'strong') return { kind: freshness }
    if (typeof freshness === 'object' && 'within' in freshness) {
      return { kind: 'within', since: Date.now() - freshness.within }
    }
    const session = await this.#token.current()
    if (this.#token.unknown) return { kind: 'strong' }
    if (freshness === 'session') return { kind: 'token', token: session }
    const { keys, knowledge } = this.#shared
    const settled = settleToken(await openToken(freshness.atLeast, await keys()), knowledge.history)
    if (settled.outcome === 'unknown') return { kind: 'strong' }
    return { kind: 'token', token: joinTokens(session, settled.token) }
  }

  #metadata(
    { node, reason, tried }: Served<unknown>,
    begun: number,
    position: string | undefined,
  ): Omit<TideMetadata, 'role'> {
    const { knowledge, clock } = this.#shared
    const { name } = node.target
    return {
      node: name,
      region: node.region,
      source: knowledge.primary === name ? 'primary' : 'replica',
      reason,
      attempts: tried,
      ms: clock() - begun,
      position,
    }
  }
}

type GateWork = Parameters<Gate['write']>[0]

function toTidegateError(
  thrown: unknown,
  caller: AbortSignal | undefined,
  deadline: AbortSignal,
  timeoutMs: number,
): unknown {
  if (caller?.aborted) return caller.reason
  if (deadline.aborted) {
    const committed = thrown instanceof DriverError ? thrown.committed : 'no'
    return new TidegateError('TIMEOUT', `It took longer than the ${timeoutMs} ms it was given.`, {
      cause: thrown,
      committed,
      retryable: committed === 'no',
    })
  }
  if (!(thrown instanceof DriverError)) return thrown
  if (thrown.sqlState !== undefined) return new QueryError(thrown.sqlState, thrown)
  return new WriteFailedError(thrown)
}
