/** One user's session for the length of one request. */
import type { TidegateErrorCode } from '../errors.ts'
import type { PlaceHints } from '../topology/detect-place.ts'
import { type CookieOptions, readToken, TOKEN_HEADER, tokenCookie } from './carriage.ts'
import { serverTiming, type TideMetadata } from './metadata.ts'
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
  readonly #queries: TideMetadata[] = []

  constructor(
    shared: Shared,
    request: SessionRequest | undefined,
    options: SessionOptions,
    cookie: CookieOptions,
  ) {
    const text = request && readToken(request.headers, cookie)
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
    const headers = new Headers(response.headers)
    await this.write(headers)
    const { status, statusText } = response
    return new Response(response.body, { status, statusText, headers })
  }

  /** The same for a framework that has headers of its own. */
  async write(headers: Headers): Promise<void> {
    if (this.#queries.length > 0) headers.append('server-timing', serverTiming(this.#queries))
    // A cache may be behind all replicas, and nobody here knows how far those of other regions are.
    const retired = this.#shared.cached === undefined && (await this.#token.retired())
    if (!retired && !(await this.#token.moved())) return
    const token = retired ? undefined : await this.token()
    if (this.#inHeader) headers.set(TOKEN_HEADER, token ?? '')
    else headers.append('set-cookie', tokenCookie(token, this.#secure, this.#cookie))
    // What a shared cache kept would give one user another's session.
    headers.append('cache-control', 'private')
  }
}
