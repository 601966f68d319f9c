/**
 * Runs the statements of one session: each is one request to the nearest gateway that is well, which
 * does all that the SDK does. What may have run is sent nowhere else.
 */
import { TOKEN_HEADER, TOKEN_SEPARATOR } from '../client/carriage.ts'
import { NeedUnmetError } from '../client/errors.ts'
import { toTidegateError } from '../client/failures.ts'
import type { TideMetadata } from '../client/metadata.ts'
import type { NarrowingOptions } from '../client/query-options.ts'
import type { Outcomes } from '../client/runner.ts'
import { Slots } from '../client/slots.ts'
import { DriverError } from '../drivers/driver-error.ts'
import type { Query, TransactionOptions } from '../drivers/driver.ts'
import { toDriverError } from '../drivers/failure.ts'
import { type NeonReply, sendNeon } from '../drivers/neon-request.ts'
import { readThroughHeaders } from '../drivers/read-through-headers.ts'
import { TidegateError } from '../errors.ts'
import { TimeUp } from '../gate/gate.ts'
import { withTimeLimit } from '../gate/time-limit.ts'
import type { Node } from '../topology/topology.ts'
import type { ThinOptions } from './configuration.ts'
import type { Gateway, Gateways } from './gateways.ts'
import { isPlainRead } from './plain-read.ts'
import { readTide, reasonOf } from './tide.ts'
import type { TokenSet } from './token-set.ts'

export interface ThinShared {
  readonly gateways: Gateways
  readonly options: ThinOptions
}

type Tried = TideMetadata['attempts'][number]

/** One request on its way to one gateway after the other. */
interface Passage {
  readonly queries: readonly Query[]
  readonly transaction: TransactionOptions | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  readonly begun: number
  readonly timeoutMs: number
  /** It may be sent again. */
  readonly isRead: boolean
  readonly tried: Tried[]
}

interface Passed {
  readonly reply: NeonReply
  readonly node: Node
  readonly askedAt: number
}

const DEFAULT_TIMEOUT_MS = 10_000

export class ThinRunner {
  readonly #shared: ThinShared
  readonly #tokens: TokenSet
  readonly #session: NarrowingOptions
  readonly #answered: (headers: Headers, tide: TideMetadata) => void
  readonly #slots = new Slots()

  /** @param session what holds for all queries of the session */
  constructor(
    shared: ThinShared,
    tokens: TokenSet,
    session: NarrowingOptions,
    answered: (headers: Headers, tide: TideMetadata) => void,
  ) {
    this.#shared = shared
    this.#tokens = tokens
    this.#session = session
    this.#answered = answered
  }

  async run(
    queries: readonly Query[],
    given: NarrowingOptions,
    transaction: TransactionOptions | undefined,
  ): Promise<Outcomes> {
    const { onQuery, ...defaults } = this.#shared.options
    const options = [given, this.#session, defaults] as const
    const pick = <K extends keyof NarrowingOptions & keyof ThinOptions>(name: K) =>
      options.find((each) => each[name] !== undefined)?.[name]
    refuseOthers(given)
    refuseOthers(this.#session)
    const signal = pick('signal')
    const timeoutMs = pick('timeoutMs') ?? DEFAULT_TIMEOUT_MS
    const begun = performance.now()
    const tried: Tried[] = []
    const isRead = queries.every(({ text }) => isPlainRead(text))
    try {
      const outcomes = await this.#slots.run(async () => {
        const { sent } = this.#tokens
        const headers = headersOf(sent, pick('freshness'), pick('cache'))
        const { reply, node, askedAt } = await this.#pass({
          queries,
          transaction,
          headers,
          signal,
          begun,
          timeoutMs,
          isRead,
          tried,
        })
        const tide = readTide(reply.headers, {
          tried,
          node,
          begun,
          askedAt,
          now: performance.now(),
        })
        this.#tokens.answered(sent, reply.headers.get(TOKEN_HEADER) ?? '')
        this.#answered(reply.headers, tide)
        return { results: reply.results, tide }
      })
      onQuery?.({ ms: performance.now() - begun, tide: outcomes.tide, error: undefined })
      return outcomes
    } catch (thrown) {
      const error = errorOf(thrown, { isRead, tried, signal, timeoutMs })
      if (error instanceof TidegateError) {
        onQuery?.({ ms: performance.now() - begun, tide: undefined, error })
      }
      throw error
    }
  }

  async #pass(passage: Passage): Promise<Passed> {
    const gateways = this.#shared.gateways.inOrder(performance.now())
    let cause: unknown
    for (const [index, gateway] of gateways.entries()) {
      const askedAt = performance.now()
      const left = passage.begun + passage.timeoutMs - askedAt
      if (left <= 0) throw new TimeUp(undefined, { cause })
      const more = passage.isRead && index + 1 < gateways.length
      const limitMs = more ? Math.min(left, passage.timeoutMs / 2) : left
      try {
        const reply = await ask(gateway, passage, limitMs)
        return { reply, node: gateway.node, askedAt }
      } catch (error) {
        const mayGoOn = error instanceof DriverError && error.committed === 'no'
        if (!mayGoOn || error.failure === 'sql' || passage.signal?.aborted) throw error
        const ms = performance.now() - askedAt
        const { name } = gateway.node
        const reason = reasonOf(passage.tried)
        passage.tried.push({ node: name, reason, outcome: error.failure, ms })
        cause = error
      }
    }
    throw cause
  }
}

async function ask(
  { node, breaker }: Gateway,
  { queries, transaction, headers, signal: caller, isRead }: Passage,
  limitMs: number,
): Promise<NeonReply> {
  breaker.started()
  return await withTimeLimit(limitMs, caller, new AbortController(), async (signal) => {
    let sent = false
    const onSent = (): void => void (sent = true)
    try {
      signal.throwIfAborted()
      const reply = await sendNeon({ target: node, queries, transaction, headers, signal, onSent })
      breaker.succeeded()
      return reply
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal) breaker.succeeded()
      if (refusal) throw refusal
      const error = toDriverError(thrown, { node: node.name, writes: !isRead, sent, signal })
      if (error.failure === 'sql') breaker.succeeded()
      else if (caller?.aborted) breaker.dropped()
      else breaker.failed(performance.now(), Math.random())
      throw error
    }
  })
}

/** What the gateway refuses itself has no SQLSTATE. Its words hold no values. */
function refusalOf(error: unknown): TidegateError | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '') return undefined
  return new TidegateError('STATEMENT_REFUSED', error.message, { cause: error })
}

function headersOf(
  sent: readonly string[],
  freshness: NarrowingOptions['freshness'],
  cache: NarrowingOptions['cache'],
): Record<string, string> {
  const tokens = [...sent]
  const headers: Record<string, string> = {}
  if (typeof freshness === 'string') headers[readThroughHeaders.freshness] = freshness
  else if (freshness && 'within' in freshness) {
    headers[readThroughHeaders.freshness] = `within=${freshness.within}ms`
  } else if (freshness) tokens.push(freshness.atLeast)
  if (tokens.length > 0) headers[TOKEN_HEADER] = tokens.join(TOKEN_SEPARATOR)
  if (cache === false) headers[readThroughHeaders.cache] = 'off'
  else if (cache) headers[readThroughHeaders.cache] = String((cache !== true && cache.ttl) || 60)
  return headers
}

const others = ['route', 'pool', 'durability'] as const

/** In silence a read that was to go home would go elsewhere. */
function refuseOthers(options: NarrowingOptions): void {
  const { cache } = options
  const vary = typeof cache === 'object' && cache.vary !== undefined ? 'cache.vary' : undefined
  const name = others.find((each) => options[each] !== undefined) ?? vary
  if (name === undefined) return
  throw new TidegateError(
    'STATEMENT_REFUSED',
    `The gateway decides on ${name}. A hint in the statement tells it: /* tidegate: … */.`,
  )
}

function errorOf(
  thrown: unknown,
  { isRead, tried, signal, timeoutMs }: Pick<Passage, 'isRead' | 'tried' | 'signal' | 'timeoutMs'>,
): unknown {
  const failed = thrown instanceof DriverError ? thrown.failure : undefined
  const isUnmet = isRead && (failed === 'unreachable' || failed === 'overloaded')
  if (isUnmet && !signal?.aborted) return new NeedUnmetError('what is needed', tried, thrown)
  return toTidegateError(thrown, signal, timeoutMs)
}
