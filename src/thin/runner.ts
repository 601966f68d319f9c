/**
 * Runs the statements of one session: each is one request to the nearest gateway that is well, which
 * does all that the SDK does. What may have run is sent nowhere else.
 */
import { TOKEN_HEADER, TOKEN_SEPARATOR } from '../client/carriage.ts'
import { NeedUnmetError } from '../client/errors.ts'
import { toTidegateError } from '../client/failures.ts'
import type { TideMetadata } from '../client/metadata.ts'
import type { FreshnessOption, NarrowingOptions } from '../client/query-options.ts'
import type { Outcomes } from '../client/runner.ts'
import { Slots } from '../client/slots.ts'
import { strictest } from '../client/strictest.ts'
import { DriverError } from '../drivers/driver-error.ts'
import type { Query, TransactionOptions } from '../drivers/driver.ts'
import { toDriverError } from '../drivers/failure.ts'
import { type NeonReply, sendNeon } from '../drivers/neon-request.ts'
import { readThroughHeaders } from '../drivers/read-through-headers.ts'
import { TidegateError, type Tried } from '../errors.ts'
import { TimeUp } from '../gate/gate.ts'
import { withTimeLimit } from '../gate/time-limit.ts'
import { tell } from '../tell.ts'
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
  readonly onAnswer: (headers: Headers) => void
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
  readonly #heard: (headers: Headers) => void
  readonly #record: (tide: TideMetadata) => void
  readonly #slots = new Slots()

  /**
   * @param session what holds for all queries of the session
   * @param heard told what each gateway says of the session
   */
  constructor(
    shared: ThinShared,
    tokens: TokenSet,
    session: NarrowingOptions,
    heard: (headers: Headers) => void,
    record: (tide: TideMetadata) => void,
  ) {
    this.#shared = shared
    this.#tokens = tokens
    this.#session = session
    this.#heard = heard
    this.#record = record
  }

  async run(
    queries: readonly Query[],
    said: readonly NarrowingOptions[],
    options: Pick<NarrowingOptions, 'timeoutMs' | 'signal'>,
    transaction: TransactionOptions | undefined,
  ): Promise<Outcomes> {
    const session = this.#session
    const { onQuery, ...client } = this.#shared.options
    for (const each of [...said, session]) refuseOthers(each)
    const signal = options.signal ?? session.signal
    const timeoutMs =
      options.timeoutMs ?? session.timeoutMs ?? client.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const wishes = said.map(({ freshness, cache }) => ({
      freshness: freshness ?? session.freshness,
      cache: cache ?? session.cache,
    }))
    const begun = performance.now()
    const tried: Tried[] = []
    const isRead = queries.every(({ text }) => isPlainRead(text))
    const passage = { queries, transaction, signal, begun, timeoutMs, isRead, tried }
    try {
      const outcomes = await this.#slots.run(async () => {
        const { sent } = this.#tokens
        // Also with an error: who is told of a conflict is to find the row that it is with.
        const onAnswer = (headers: Headers): void => {
          const token = headers.get(TOKEN_HEADER)
          if (token !== null) this.#tokens.answered(sent, token)
          this.#heard(headers)
        }
        const headers = headersOf(sent, wishes)
        const passed = await this.#pass({ ...passage, headers, onAnswer })
        const { headers: told, results } = passed.reply
        const tide = readTide(told, { ...passed, tried, begun, now: performance.now() })
        this.#record(tide)
        return { results, tide }
      })
      const { tide } = outcomes
      if (onQuery) tell(onQuery, { ms: performance.now() - begun, tide, error: undefined })
      return outcomes
    } catch (thrown) {
      const error = errorOf(thrown, passage)
      if (onQuery && error instanceof TidegateError) {
        tell(onQuery, { ms: performance.now() - begun, tide: undefined, error })
      }
      // As of `fetch`: who gave up knows why.
      throw signal?.aborted ? signal.reason : error
    }
  }

  async #pass(passage: Passage): Promise<Passed> {
    const { tried, signal, begun, timeoutMs, isRead } = passage
    const gateways = this.#shared.gateways.inOrder(performance.now())
    let cause: unknown
    for (const [index, gateway] of gateways.entries()) {
      const askedAt = performance.now()
      const left = begun + timeoutMs - askedAt
      if (left <= 0) throw new TimeUp(undefined, { cause })
      const more = isRead && index + 1 < gateways.length
      try {
        const reply = await ask(gateway, passage, more ? Math.min(left, timeoutMs / 2) : left)
        return { reply, node: gateway.node, askedAt }
      } catch (error) {
        if (!(error instanceof DriverError)) throw error
        const outcome = error.sqlState ?? error.failure
        const ms = performance.now() - askedAt
        tried.push({ node: gateway.node.name, reason: reasonOf(tried), outcome, ms })
        if (error.committed !== 'no' || error.failure === 'sql' || signal?.aborted) throw error
        cause = error
      }
    }
    throw cause
  }
}

async function ask(
  { node, breaker }: Gateway,
  { queries, transaction, headers, signal: caller, isRead, onAnswer }: Passage,
  limitMs: number,
): Promise<NeonReply> {
  breaker.started()
  return await withTimeLimit(limitMs, caller, new AbortController(), async (signal) => {
    let sent = false
    const onSent = (): void => void (sent = true)
    try {
      signal.throwIfAborted()
      const work = { queries, transaction, headers, signal }
      const reply = await sendNeon({ ...work, target: node, onSent, onAnswer })
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

interface Wishes {
  readonly freshness: NarrowingOptions['freshness']
  readonly cache: NarrowingOptions['cache']
}

/** Where nothing is said, the gateway goes by hints, rules and its own settings. */
function headersOf(sent: readonly string[], wishes: readonly Wishes[]): Record<string, string> {
  const headers: Record<string, string> = {}
  if (sent.length > 0) headers[TOKEN_HEADER] = sent.join(TOKEN_SEPARATOR)
  const isSaid = wishes.some(({ freshness }) => freshness !== undefined)
  const freshness = isSaid
    ? strictest(wishes.map((each) => each.freshness ?? 'session'))
    : undefined
  if (freshness) headers[readThroughHeaders.freshness] = freshnessWord(freshness)
  const cache = wishes[0]?.cache
  if (cache === false) headers[readThroughHeaders.cache] = 'off'
  else if (cache) headers[readThroughHeaders.cache] = String((cache !== true && cache.ttl) || 60)
  return headers
}

function freshnessWord(freshness: FreshnessOption): string {
  if (typeof freshness === 'string') return freshness
  return 'within' in freshness
    ? `within=${Math.floor(freshness.within)}ms`
    : `at-least=${freshness.atLeast}`
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
  { isRead, tried, signal, timeoutMs }: Omit<Passage, 'headers' | 'onAnswer'>,
): unknown {
  const failed = thrown instanceof DriverError ? thrown.failure : undefined
  const isUnmet = isRead && (failed === 'unreachable' || failed === 'overloaded')
  if (isUnmet && !signal?.aborted) return new NeedUnmetError('what is needed', tried, thrown)
  return toTidegateError(thrown, signal, timeoutMs, tried)
}
