/** One user's session for the length of one request; what it has seen only gateways can tell. */
import { Carriage, type CookieOptions, respond, type SessionRequest } from '../client/carriage.ts'
import { addServerTiming, type TideMetadata } from '../client/metadata.ts'
import type { NarrowingOptions } from '../client/query-options.ts'
import type { AnySession } from '../client/session.ts'
import { readThroughHeaders } from '../drivers/read-through-headers.ts'
import type { TidegateErrorCode } from '../errors.ts'
import { ThinRunner, type ThinShared } from './runner.ts'
import { TokenSet } from './token-set.ts'

const refusals: readonly TidegateErrorCode[] = ['TOKEN_MALFORMED', 'TOKEN_UNSIGNED', 'TOKEN_FORGED']

export class ThinSession implements AnySession {
  readonly runner: ThinRunner
  readonly #carriage: Carriage
  readonly #tokens: TokenSet
  readonly #queries: TideMetadata[] = []
  #lost: AnySession['lostWrites'] = 'no'
  #refused: TidegateErrorCode | undefined

  constructor(
    shared: ThinShared,
    request: SessionRequest | undefined,
    options: NarrowingOptions,
    cookie: CookieOptions,
  ) {
    this.#carriage = new Carriage(request, cookie)
    this.#tokens = new TokenSet(this.#carriage.received)
    if (this.#tokens.isRefused) this.#refused = 'TOKEN_MALFORMED'
    const heard = (headers: Headers): void => this.#hear(headers)
    const record = (tide: TideMetadata): void => void this.#queries.push(tide)
    this.runner = new ThinRunner(shared, this.#tokens, options, heard, record)
  }

  #hear(headers: Headers): void {
    const lost = headers.get(readThroughHeaders.lostWrites)
    if (lost === 'yes' || (lost === 'maybe' && this.#lost === 'no')) this.#lost = lost
    const refused = headers.get(readThroughHeaders.refusedToken)
    this.#refused ??= refusals.find((each) => each === refused)
  }

  async token(): Promise<string> {
    return await Promise.resolve(this.#tokens.text)
  }

  get lostWrites(): AnySession['lostWrites'] {
    return this.#lost
  }

  get refusedToken(): TidegateErrorCode | undefined {
    return this.#refused
  }

  get queries(): readonly TideMetadata[] {
    return this.#queries
  }

  async respond(response: Response): Promise<Response> {
    return await respond(response, async (headers) => await this.write(headers))
  }

  async write(headers: Headers): Promise<void> {
    addServerTiming(headers, this.#queries)
    const token = await this.token()
    if (token === (this.#carriage.received ?? '')) return
    this.#carriage.writeToken(headers, token === '' ? undefined : token)
  }
}
