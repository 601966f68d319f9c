/** `POST /sql`: from a request's headers and body to its answer. It knows nothing of HTTP's ways. */
import { DatabaseError } from 'pg'

import { DriverError } from '../../src/drivers/driver-error.ts'
import { sqlStateOf } from '../../src/drivers/failure.ts'
import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'
import { OriginProgress } from '../../src/drivers/origin-progress.ts'
import { FootprintMemo } from '../../src/sql/memo.ts'
import { type NodeConfig, type Nodes, clientConfig, type SessionSettings } from '../nodes.ts'
import { type Asked, readAsked } from '../positions/asked.ts'
import { Freshness } from '../positions/freshness.ts'
import { readHeaders, writeHeaders } from '../positions/headers.ts'
import type { CurrentHistory } from '../positions/histories.ts'
import { epochOf } from '../positions/histories.ts'
import { Backend, ConnectionLost } from '../postgres/backend.ts'
import type { Pool } from '../postgres/pool.ts'
import { Pools, type PoolsLimits } from '../postgres/pools.ts'
import { CopyRefused } from '../postgres/segment-query.ts'
import { Refusal, unreachable } from '../protocol/refusal.ts'
import { type ReadHeader, readRequest, type SqlRequest } from '../protocol/request.ts'
import { Traces } from './traces.ts'
import { type Found, isPositionedRead, planWork } from './work.ts'

export interface EndpointLimits extends PoolsLimits, SessionSettings {
  readonly maxResponseBytes: number
  readonly maxWaitMs: number
  readonly preparedStatements: number
}

export interface Question {
  readonly header: ReadHeader
  readonly body: string
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal
}

export interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answering {
  /** Throws what `toRefusedAnswer` turns into an answer. */
  answer(question: Question): Promise<Answer>
}

/** Who is let in where, and what is known of what they may do. */
export interface Lodging {
  readonly pool: Pool
  readonly node: NodeConfig
  readonly database: string
  readonly traces: Traces
  /** Forgotten from time to time: a right may be granted any time. */
  progress: { readonly since: number; readonly origin: OriginProgress }
  readonly connect: () => Promise<Backend>
}

/** How long a role is taken to lack the right that it lacked. */
const REFUSED_FOR_MS = 60_000

function newProgress(): Lodging['progress'] {
  return { since: performance.now(), origin: new OriginProgress() }
}

/** So often an answer is asked for anew because it came from the middle of a change. */
const MOST_ATTEMPTS = 3

export class Endpoint implements Answering {
  readonly #limits: EndpointLimits
  readonly #nodes: Nodes
  readonly #history: CurrentHistory
  readonly #freshness: Freshness
  readonly #footprints = new FootprintMemo()
  readonly pools: Pools<Lodging>

  constructor(nodes: Nodes, limits: EndpointLimits, history: CurrentHistory) {
    this.#nodes = nodes
    this.#limits = limits
    this.#history = history
    this.#freshness = new Freshness(history)
    this.pools = new Pools(limits)
  }

  async answer({ header, body, signal }: Question): Promise<Answer> {
    const request = readRequest(body, header)
    const asked = readAsked(header, this.#limits.maxWaitMs)
    const lodging = this.#lodge(header('neon-connection-string'))
    if (asked.need) await this.#freshness.wait(lodging, asked.need, asked.waitMs, signal)
    const { node } = lodging
    // What fails for want of a right is asked once more without it: reads may be, writes never.
    if (node.role !== 'subscriber' || !isPositionedRead(request, asked)) {
      return await this.#answer(lodging, request, asked, false, signal)
    }
    if (performance.now() - lodging.progress.since > REFUSED_FOR_MS) {
      lodging.progress = newProgress()
    }
    return await lodging.progress.origin.ask(node.name, async (originProgress) => {
      return await this.#answer(lodging, request, asked, originProgress, signal)
    })
  }

  /** Asks Postgres anew whether it lets this credential in, and rejects with what it says. */
  async checkLogin(connectionString: string): Promise<void> {
    const { pool, connect } = this.#lodge(connectionString)
    // The first time within the bounds of the pool, whose first connection it is.
    if (pool.proven) await (await connect()).close()
    else pool.release(await pool.acquire(new AbortController().signal))
  }

  /** Nothing that was opened with this credential is given to anybody any more. */
  forgetLogin(connectionString: string): void {
    this.pools.forget(connectionString)
  }

  async end(): Promise<void> {
    await this.#freshness.close()
    await this.pools.end()
  }

  #lodge(connectionString: string | undefined): Lodging {
    return this.pools.of(connectionString ?? '', (newPool) => {
      const { node, login } = this.#nodes.find(connectionString)
      const options = {
        client: clientConfig(node, login, this.#limits),
        preparedStatements: this.#limits.preparedStatements,
      }
      const connect = async (): Promise<Backend> => await connectTo(options)
      const { database } = login
      const traces = new Traces(this.#footprints)
      return { node, database, traces, progress: newProgress(), connect, pool: newPool(connect) }
    })
  }

  async #answer(
    lodging: Lodging,
    request: SqlRequest,
    asked: Asked,
    originProgress: boolean,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { node } = lodging
    const { maxResponseBytes } = this.#limits
    let prepared = true
    for (let attempt = 1; ; attempt++) {
      const work = planWork({ node, request, asked, originProgress, maxResponseBytes })
      try {
        await this.#run(lodging, request, work, signal, prepared)
        const headers = this.#headersOf(lodging, asked, work.found())
        if (headers) {
          return { headers: { ...echoOf(request), ...headers }, body: work.body() }
        }
      } catch (error) {
        if (!isStalePlan(error) || work.mayHaveCommitted()) throw error
        // Nothing of it is in the database: a statement has changed since it was prepared.
        prepared = false
      }
      if (attempt === MOST_ATTEMPTS) throw new Refusal(503, 'the node is changing; try again')
    }
  }

  async #run(
    { pool, traces }: Lodging,
    { queries }: SqlRequest,
    { segments }: ReturnType<typeof planWork>,
    signal: AbortSignal,
    prepared: boolean,
  ): Promise<void> {
    const backend = await pool.acquire(signal)
    const hangUp = Promise.withResolvers<never>()
    const onAbort = (): void => hangUp.reject(cancelled())
    signal.addEventListener('abort', onAbort)
    let unknown: readonly string[] | undefined
    try {
      if (signal.aborted) throw cancelled()
      await Promise.race([backend.run(segments, { prepared }), hangUp.promise])
      if (!backend.inTransaction) unknown = traces.unknownIn(queries)
    } catch (error) {
      throw explain(error)
    } finally {
      signal.removeEventListener('abort', onAbort)
      if (signal.aborted || !backend.usable) pool.discard(backend)
      else if (unknown?.length === 0) pool.release(backend)
      else void resetAndRelease(pool, backend, traces, unknown ?? [])
    }
  }

  /** `undefined`: the positions lie in two epochs, and no header could tell them. */
  #headersOf(
    { node, database }: Lodging,
    asked: Asked,
    found: Found,
  ): Record<string, string> | undefined {
    if (found.kind === 'nothing') return {}
    const history = this.#history()
    const name = { [gatewayHeaders.node]: node.name }
    if (found.kind === 'write') {
      const { lsn, timeline, seen } = found.answer
      const commit = lsn === undefined ? undefined : { lsn }
      const epoch = history && (timeline ?? history.current)
      return { ...name, ...writeHeaders({ commit, timeline, epoch, seen }) }
    }
    const { answer } = found
    const { lo, hi, role, timeline } = answer
    const lsns = ['lsn' in lo ? lo.lsn : undefined, hi].filter((lsn) => lsn !== undefined)
    // A primary knows its epoch before the history is told; a replica may not have come so far.
    const epoch =
      history && (role === 'primary' ? (timeline ?? history.current) : epochOf(lsns, history))
    if (history && epoch === undefined) return undefined
    this.#freshness.judge(node, database, answer, asked.need)
    return { ...name, ...readHeaders({ ...answer, epoch }) }
  }
}

/** Neon's server repeats how a batch was run. */
export function echoOf({ transaction }: SqlRequest): Record<string, string> {
  if (!transaction) return {}
  const { isolationLevel, readOnly, deferrable } = transaction
  return {
    ...(isolationLevel !== undefined && { 'Neon-Batch-Isolation-Level': isolationLevel }),
    ...(readOnly && { 'Neon-Batch-Read-Only': 'true' }),
    ...(deferrable && { 'Neon-Batch-Deferrable': 'true' }),
  }
}

async function connectTo(options: Parameters<typeof Backend.connect>[0]): Promise<Backend> {
  try {
    return await Backend.connect(options)
  } catch (error) {
    // What Postgres itself says of who wants in goes to the caller.
    if (sqlStateOf(error) !== undefined) throw error
    throw unreachable('The database cannot be reached.', { cause: error })
  }
}

async function resetAndRelease(
  pool: Pool,
  backend: Backend,
  traces: Traces,
  unknown: readonly string[],
): Promise<void> {
  try {
    await backend.reset()
    if (unknown.length > 0) await traces.lookUp(unknown, backend)
    pool.release(backend)
  } catch {
    pool.discard(backend)
  }
}

function cancelled(): Refusal {
  return new Refusal(400, 'Query cancelled, connection was terminated', { code: '08P01' })
}

const FEATURE_NOT_SUPPORTED = '0A000'

function isStalePlan(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === FEATURE_NOT_SUPPORTED &&
    error.routine === 'RevalidateCachedQuery'
  )
}

function explain(error: unknown): unknown {
  if (error instanceof CopyRefused) {
    return new Refusal(400, error.message, { code: FEATURE_NOT_SUPPORTED, cause: error })
  }
  // Nobody knows what it still did: no outcome is told.
  if (error instanceof ConnectionLost || error instanceof DriverError) {
    return new Refusal(500, 'The connection to the database was lost.', { cause: error })
  }
  return error
}
