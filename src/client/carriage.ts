/** How a session's token travels: in a cookie of the browser, or in a header of an app's own client. */
import type { PlaceHints } from '../topology/detect-place.ts'
import { serverTiming, type TideMetadata } from './metadata.ts'

export const TOKEN_HEADER = 'tidegate-token'
/** A thin client cannot join the tokens that it is given, and sends them all. */
export const TOKEN_SEPARATOR = '.'

export interface CookieOptions {
  /** @default 'tidegate' */
  readonly name?: string | undefined
  /** How long a browser keeps it, in seconds. Replicas should have caught up long before. @default 86400 */
  readonly maxAge?: number | undefined
  readonly domain?: string | undefined
}

export function readToken(
  headers: Headers,
  { name = 'tidegate' }: CookieOptions,
): string | undefined {
  const header = headers.get(TOKEN_HEADER)
  if (header !== null) return header
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.split('=', 2)
    if (key?.trim() === name) return value?.trim()
  }
  return undefined
}

/** A cookie with the token, or one that takes it back. */
export function tokenCookie(
  token: string | undefined,
  secure: boolean,
  { name = 'tidegate', maxAge = 86_400, domain }: CookieOptions,
): string {
  return [
    `${name}=${token ?? ''}`,
    'Path=/',
    `Max-Age=${token === undefined ? 0 : maxAge}`,
    'HttpOnly',
    'SameSite=Lax',
    // A plain-http page in development would not get it back.
    ...(secure ? ['Secure'] : []),
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
  ].join('; ')
}

/** What a session is read from: a `Request`, or as much of one as there is. */
export interface SessionRequest {
  readonly headers: Headers
  readonly url?: string | undefined
  /** Where Cloudflare says that this is. */
  readonly cf?: PlaceHints['cf']
}

/** In with the request, and out with its response. */
export class Carriage {
  /** The token that came. */
  readonly received: string | undefined
  readonly #cookie: CookieOptions
  readonly #secure: boolean
  readonly #inHeader: boolean

  constructor(request: SessionRequest | undefined, cookie: CookieOptions) {
    this.received = request && readToken(request.headers, cookie)
    this.#cookie = cookie
    this.#secure = request?.url?.startsWith('http:') !== true
    this.#inHeader = request?.headers.has(TOKEN_HEADER) === true
  }

  /** @param token `undefined` takes it back */
  writeToken(headers: Headers, token: string | undefined): void {
    if (this.#inHeader) headers.set(TOKEN_HEADER, token ?? '')
    else headers.append('set-cookie', tokenCookie(token, this.#secure, this.#cookie))
    // What a shared cache kept would give one user another's session.
    headers.append('cache-control', 'private')
  }
}

/** The response with what a session writes into its headers: those of a fetched one cannot be changed. */
export async function respond(
  response: Response,
  write: (headers: Headers) => Promise<void>,
): Promise<Response> {
  const headers = new Headers(response.headers)
  await write(headers)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

export function writeTiming(headers: Headers, queries: readonly TideMetadata[]): void {
  if (queries.length > 0) headers.append('server-timing', serverTiming(queries))
}
