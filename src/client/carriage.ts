/** How a session's token travels: in a cookie of the browser, or in a header of an app's own client. */
import type { PlaceHints } from '../topology/detect-place.ts'

export const TOKEN_HEADER = 'tidegate-token'
/** A thin client cannot join the tokens that it is given, and sends them all. */
export const TOKEN_SEPARATOR = '.'
/** More than a request has queries side by side. Each costs a signature to open. */
export const MOST_TOKENS = 16

export interface CookieOptions {
  /** @default 'tidegate' */
  readonly name?: string | undefined
  /** How long a browser keeps it, in seconds. Replicas should have caught up long before. @default 86400 */
  readonly maxAge?: number | undefined
  readonly domain?: string | undefined
  /**
   * Whether other sites' pages send it. For an app whose pages are of another site than this one,
   * `none`; browsers take that over https only. @default 'lax'
   */
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined
}

const sameSites = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

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
  { name = 'tidegate', maxAge = 86_400, domain, sameSite = 'lax' }: CookieOptions,
): string {
  return [
    `${name}=${token ?? ''}`,
    'Path=/',
    `Max-Age=${token === undefined ? 0 : maxAge}`,
    'HttpOnly',
    `SameSite=${sameSites[sameSite]}`,
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
    else setTokenCookie(headers, token, this.#secure, this.#cookie)
    keepFromSharedCaches(headers)
  }
}

/** The response with what a session writes into its headers: those of a fetched one cannot be changed. */
export async function respond(
  response: Response,
  write: (headers: Headers) => Promise<void>,
): Promise<Response> {
  // With all that a runtime's own responses have beside the standard's: in a Worker a WebSocket.
  const copy = new Response(response.body, response)
  await write(copy.headers)
  return copy
}

/** Among the response's other cookies, in place of one of this name. */
function setTokenCookie(
  headers: Headers,
  token: string | undefined,
  secure: boolean,
  options: CookieOptions,
): void {
  const { name = 'tidegate' } = options
  const others = headers.getSetCookie().filter((cookie) => !cookie.startsWith(`${name}=`))
  headers.delete('set-cookie')
  for (const cookie of [...others, tokenCookie(token, secure, options)]) {
    headers.append('set-cookie', cookie)
  }
}

/** They count before `Cache-Control`, each for some shared caches. */
const sharedOnly = [
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'vercel-cdn-cache-control',
  'surrogate-control',
]

/** What one of them kept would give one user another's session. */
function keepFromSharedCaches(headers: Headers): void {
  const directives = (headers.get('cache-control') ?? '').split(/, */)
  const kept = directives.filter((each) => !/^(?:public|private|s-maxage=.*|)$/i.test(each))
  headers.set('cache-control', [...kept, 'private'].join(', '))
  for (const name of sharedOnly) headers.delete(name)
}
