/** One user's session for the length of one request. */
import type { TidegateErrorCode } from '../errors.ts'
import type { PlaceHints } from '../topology/detect-place.ts'
import {
  type CookieOptions,
  keepFromSharedCaches,
  readToken,
  setTokenCookie,
  TOKEN_HEADER,
} from './carriage.ts'
import { addServerTiming, type TideMetadata } from './metadata.ts'
import { Runner, type SessionOptions, type Shared } from './runner.ts'
import { SessionToken } from './session-token.ts'

/** What a session is read from: a `Request`, or as much of one as there is. */
export interface SessionRequest {
  readonly headers: Headers
  readonly url?: string | undefined
  /** Where Cloudflare says that this is. */
  readonly cf?: PlaceHints['cf']
}

export class Session {
  readonly runner: Runner
  readonly #shared: Shared
  readonly #token: SessionToken
  readonly #cookie: CookieOptions
  readonly #secure: boolean
  readonly #inHeader: boolean
  readonly #brought: boolean
  readonly #queries: TideMetadata[] = []

  constructor(
    shared: Shared,
    request: SessionRequest | undefined,
    options: SessionOptions,
    cookie: CookieOptions,
  ) {
    const text = request && readToken(request.headers, cookie)
    this.#brought = text !== undefined && text !== ''
    this.#shared = shared
    this.#token = new SessionToken(shared.knowledge, text, shared.seals)
    this.#cookie = cookie
    this.#secure = request?.url?.startsWith('http:') !== true
    this.#inHeader = request?.headers.has(TOKEN_HEADER) === true
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
    // With all that a runtime's own responses have beside the standard's: in a Worker a WebSocket.
    const copy = new Response(response.body, response)
    await this.write(copy.headers)
    return copy
  }

  /**
   * The same for a framework that has headers of its own. What was written into them before is written
   * anew: a middleware and what it wraps may both do it.
   */
  async write(headers: Headers): Promise<void> {
    if (this.#queries.length > 0) addServerTiming(headers, this.#queries)
    // A cache may be behind all replicas, and nobody here knows how far those of other regions are.
    const retired = this.#shared.cached === undefined && (await this.#token.retired())
    // Who came without one has nothing to give back, and a page that asked for nothing stays public.
    if (retired ? !this.#brought : !(await this.#token.moved())) return
    const token = retired ? undefined : await this.token()
    if (this.#inHeader) headers.set(TOKEN_HEADER, token ?? '')
    else setTokenCookie(headers, token, this.#secure, this.#cookie)
    keepFromSharedCaches(headers)
  }
}
