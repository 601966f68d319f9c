/** One user's session for the length of one request. */
import type { TidegateErrorCode } from '../errors.ts'
import { Carriage, type CookieOptions, respond, type SessionRequest } from './carriage.ts'
import { addServerTiming, type TideMetadata } from './metadata.ts'
import { Runner, type SessionOptions, type Shared } from './runner.ts'
import { SessionToken } from './session-token.ts'

/** What an app does with a session, whichever client it is of. */
export type AnySession = Pick<
  Session,
  'token' | 'lostWrites' | 'refusedToken' | 'queries' | 'respond' | 'write'
>

export class Session {
  readonly runner: Runner
  readonly #shared: Shared
  readonly #token: SessionToken
  readonly #carriage: Carriage
  readonly #queries: TideMetadata[] = []

  constructor(
    shared: Shared,
    request: SessionRequest | undefined,
    options: SessionOptions,
    cookie: CookieOptions,
  ) {
    this.#shared = shared
    this.#carriage = new Carriage(request, cookie)
    this.#token = new SessionToken(shared.knowledge, this.#carriage.received, shared.seals)
    this.runner = new Runner(shared, this.#token, options, (tide) => this.#queries.push(tide))
  }

  /** The session's token as text: to keep beside a resource, for `{ freshness: { atLeast } }`. */
  async token(): Promise<string> {
    return await this.#shared.seals.seal(await this.#token.current())
  }

  /**
   * Writes of this session were lost with a primary that has been replaced. `maybe`: of some nobody
   * can tell.
   */
  get lostWrites(): 'no' | 'maybe' | 'yes' {
    if (this.#token.lost) return 'yes'
    return this.#token.doubtful ? 'maybe' : 'no'
  }

  /** Why the token that came with the request was not taken; the session began anew. */
  get refusedToken(): TidegateErrorCode | undefined {
    return this.#token.refused
  }

  /** What the queries so far did, in the order in which they ended. */
  get queries(): readonly TideMetadata[] {
    return this.#queries
  }

  /** The response with the session's token in it, where it has moved, and `Server-Timing`. */
  async respond(response: Response): Promise<Response> {
    return await respond(response, async (headers) => await this.write(headers))
  }

  /**
   * The same for a framework that has headers of its own. What was written into them before is written
   * anew: a middleware and what it wraps may both do it.
   */
  async write(headers: Headers): Promise<void> {
    addServerTiming(headers, this.#queries)
    // A cache may be behind all replicas, and nobody here knows how far those of other regions are.
    const retired = this.#shared.cached === undefined && (await this.#token.retired())
    // Who came without one has nothing to give back, and a page that asked for nothing stays public.
    if (retired ? !this.#carriage.received : !(await this.#token.moved())) return
    this.#carriage.writeToken(headers, retired ? undefined : await this.token())
  }
}
