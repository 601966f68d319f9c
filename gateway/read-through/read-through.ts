/**
 * `POST /sql` answered by the SDK: one hop for the edge, behind which the cache is looked up, the nearest
 * node with what is needed is read, the cache filled, and what belongs at home sent there.
 */
import type { RegionTides } from '../../src/cache/index.ts'
import { TOKEN_HEADER } from '../../src/client/carriage.ts'
import { serverTiming, type TideMetadata } from '../../src/client/metadata.ts'
import type { AnySession } from '../../src/client/session.ts'
import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'
import { readThroughHeaders as names } from '../../src/drivers/read-through-headers.ts'
import type { FarNode, NodeConfig } from '../nodes.ts'
import { Nodes } from '../nodes.ts'
import type { CacheUse } from '../operations/metrics.ts'
import { readRequest, type SqlRequest } from '../protocol/request.ts'
import {
  type Answer,
  type Answering,
  echoOf,
  type Endpoint,
  type EndpointLimits,
  type Question,
} from '../sql/endpoint.ts'
import { CacheUses } from './cache-use.ts'
import { type Guest, Guests } from './guests.ts'
import { HOT_MS, HotAnswers } from './hot-answers.ts'
import { reachThrough } from './reach.ts'
import { toRefusal } from './refusals.ts'
import { WrittenRows } from './rows.ts'
import type { ReadThroughWatch } from './watch.ts'
import { readWishes } from './wishes.ts'

export interface ReadThroughSettings extends EndpointLimits {
  readonly nodes: readonly NodeConfig[]
  readonly region: string
  readonly database: string | undefined
  readonly elsewhere: readonly FarNode[]
  readonly tokenKeys: readonly string[]
  readonly cacheTtlS: number
  readonly cacheMemoryBytes: number
  readonly credentialMs: number
}

/** Who asks for positions or for one node's answer is an SDK itself, and asks that node. */
const ofDrivers = [gatewayHeaders.positions, gatewayHeaders.need, gatewayHeaders.readOnly].map(
  (name) => name.toLowerCase(),
)

export class ReadThrough implements Answering, AsyncDisposable {
  readonly #endpoint: Endpoint
  readonly #guests: Guests
  readonly #tides: RegionTides
  readonly #hot: HotAnswers
  readonly #watch: ReadThroughWatch
  readonly #rows = new WrittenRows()
  readonly #uses: CacheUses
  /** Fills and renewals that go on beside answers. */
  readonly #aside = new Set<Promise<unknown>>()
  readonly #waitUntil = (work: Promise<unknown>): void => {
    const done = work.catch(() => {}).finally(() => this.#aside.delete(done))
    this.#aside.add(done)
  }

  constructor(
    endpoint: Endpoint,
    settings: ReadThroughSettings,
    tides: RegionTides,
    watch: ReadThroughWatch,
  ) {
    this.#endpoint = endpoint
    this.#tides = tides
    this.#watch = watch
    this.#uses = new CacheUses(() => tides.counts)
    this.#hot = new HotAnswers(settings.cacheMemoryBytes)
    this.#guests = new Guests({
      settings,
      tides,
      nodes: new Nodes(settings.nodes),
      reach: reachThrough(endpoint),
      checkLogin: async (login) => await endpoint.checkLogin(login),
      forgetLogin: (login) => endpoint.forgetLogin(login),
      watch,
    })
  }

  get cacheUse(): CacheUse {
    return this.#uses.read()
  }

  async answer(question: Question): Promise<Answer> {
    const { header, body } = question
    const login = header('neon-connection-string')
    if (login === undefined || ofDrivers.some((name) => header(name) !== undefined)) {
      return await this.#endpoint.answer(question)
    }
    const guest = this.#guests.of(login)
    const judged = guest.credential.admit()
    const admission = typeof judged === 'string' ? judged : await judged
    // Nodes know whom they let in; the cache does not.
    const mayCache = guest.cacheable && admission === 'admitted'
    const hot = mayCache ? this.#hot.nameOf(guest.id, header, body) : undefined
    // Before the answer is judged: what changes meanwhile is not in it.
    const { version } = this.#tides
    const sent = header(TOKEN_HEADER) ?? ''
    const again = hot === undefined ? undefined : this.#hot.get(hot, sent, version)
    if (again) {
      this.#uses.gaveAgain()
      this.#watch.again()
      return again
    }
    const request = readRequest(body, header)
    // A batch of nothing is nothing to the SDK.
    if (request.queries.length === 0) return await this.#endpoint.answer(question)
    const wishes = readWishes(header)
    const cache = mayCache ? wishes.cache : false
    try {
      const { token, source, answer } = await this.#run(
        guest,
        request,
        { ...wishes, cache },
        question.signal,
      )
      const needsNothingNewer = wishes.token === '' || wishes.token === token
      if (hot !== undefined && source === 'cache' && needsNothingNewer) {
        this.#hot.put(hot, { token, version, answer: olderBy(HOT_MS, answer) })
      }
      return answer
    } catch (error) {
      throw toRefusal(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#aside)
  }

  async #run(
    { tg }: Guest,
    request: SqlRequest,
    { token, freshness, cache }: ReturnType<typeof readWishes>,
    signal: AbortSignal,
  ): Promise<{
    readonly token: string
    readonly source: TideMetadata['source']
    readonly answer: Answer
  }> {
    const { session } = tg.session(
      { headers: new Headers({ [TOKEN_HEADER]: token }) },
      { waitUntil: this.#waitUntil },
    )
    const queries = request.queries.map(({ text, values }) => ({ text, params: values }))
    const { results, tide } = await session.runner
      .run(
        queries,
        queries.map(() => ({ freshness, cache })),
        { signal },
        request.transaction,
      )
      .catch(async (error: unknown) => {
        // Who is told of a conflict is to find the row that it is with.
        throw toRefusal(error, this.#sessionHeaders(session, await session.token()))
      })
    this.#uses.note(tide.cache)
    const after = await session.token()
    const { source, node, region, role, cache: said, position, stalenessMs } = tide
    const told = {
      [names.source]: source,
      [names.node]: node,
      [names.region]: region,
      [names.role]: role,
      [names.cache]: said,
      [names.position]: position,
      [names.age]: stalenessMs === undefined ? undefined : String(Math.ceil(stalenessMs)),
    }
    const headers: Record<string, string> = {
      ...echoOf(request),
      ...this.#sessionHeaders(session, after),
      'Server-Timing': serverTiming([tide]),
    }
    for (const [name, value] of Object.entries(told)) {
      if (value !== undefined) headers[name] = value
    }
    const body = this.#rows.toJson(request, results, source === 'cache')
    return { token: after, source, answer: { headers, body } }
  }

  #sessionHeaders(
    { lostWrites, refusedToken }: Pick<AnySession, 'lostWrites' | 'refusedToken'>,
    token: string,
  ): Record<string, string> {
    if (lostWrites !== 'no') this.#watch.lostWrites(lostWrites)
    return {
      // Always: that the replicas here are past it says nothing of those in other regions.
      [TOKEN_HEADER]: token,
      ...(lostWrites !== 'no' && { [names.lostWrites]: lostWrites }),
      ...(refusedToken && { [names.refusedToken]: refusedToken }),
    }
  }
}

/** As it may be when it is given again: how old it is at most is told to be true then, too. */
function olderBy(ms: number, { headers, body }: Answer): Answer {
  const age = headers[names.age]
  return age === undefined
    ? { headers, body }
    : { headers: { ...headers, [names.age]: String(Number(age) + ms) }, body }
}
