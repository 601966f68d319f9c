/**
 * Tidegate for Next.js: route handlers, pages, server actions, and the proxy that was called
 * middleware. It imports nothing of Next: what it needs of it is handed in.
 *
 * @module
 */
import { TOKEN_HEADER } from '../client/carriage.ts'
import type { SessionRequest } from '../client/carriage.ts'
import type { SessionOptions } from '../client/runner.ts'
import type { AnySession } from '../client/session.ts'
import type { Sql } from '../client/sql.ts'
import type { AnyTidegate } from '../client/tidegate.ts'
import { readCookie, withCookie } from './cookie-text.ts'

export interface TidegateVariables {
  readonly sql: Sql
  readonly session: AnySession
}

/**
 * The client, or a function that gives it when a request comes: while Next builds an app, there may be
 * no databases to configure it with.
 */
type Client = AnyTidegate | (() => AnyTidegate)

function toClient(tg: Client): AnyTidegate {
  return typeof tg === 'function' ? tg() : tg
}

/** As much of `next/headers` as there is use for. */
export interface NextRequestApi {
  readonly cookies: () => Promise<NextCookies>
  readonly headers: () => Promise<Iterable<[string, string]>>
  readonly after?: After | undefined
}

/**
 * `after` of `next/server`. With it the cache is filled beside the response rather than before it.
 */
type After = NonNullable<SessionOptions['waitUntil']>

interface NextCookies {
  toString(): string
  set(name: string, value: string, options: NextCookieOptions): unknown
}

interface NextCookieOptions {
  readonly path: string
  readonly maxAge: number
  readonly httpOnly: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly secure: boolean
  readonly domain?: string
}

/**
 * A route handler with a session; the response carries the session's token.
 *
 * @example
 * export const GET = withTidegate(tg, async (request, { sql }) =>
 *   Response.json(await sql`select * from post`))
 */
export function withTidegate<R extends SessionRequest, C extends object = object>(
  tg: Client,
  handler: (request: R, context: C & TidegateVariables) => Response | Promise<Response>,
  { after }: { readonly after?: After | undefined } = {},
): (request: R, context: C) => Promise<Response> {
  return async function handleInSession(request, context) {
    const { sql, session } = toClient(tg).session(request, { waitUntil: after })
    return await session.respond(await answer())

    async function answer(): Promise<Response> {
      try {
        return await handler(request, { ...context, sql, session })
      } catch (error) {
        const redirect = toRedirect(error)
        if (redirect) return redirect
        throw error
      }
    }
  }
}

/**
 * A session to read with in a page, a layout or any other server component. Next lets none of them
 * set a cookie, so what they read does not move the session: its own writes it sees all the same.
 *
 * @example
 * import { cookies, headers } from 'next/headers'
 * const { sql } = await pageSession(tg, { cookies, headers })
 */
export async function pageSession(
  tg: Client,
  { cookies, headers, after }: NextRequestApi,
): Promise<TidegateVariables> {
  const request = await toRequest(await cookies(), headers)
  return toClient(tg).session(request, { waitUntil: after })
}

/**
 * Runs the work of a server action in a session and gives the browser the session's token, also when
 * the work ends in `redirect()`. The page that Next renders after the action sees what it wrote.
 */
export async function inAction<T>(
  tg: Client,
  { cookies, headers, after }: NextRequestApi,
  work: (variables: TidegateVariables) => T | Promise<T>,
): Promise<T> {
  const jar = await cookies()
  const request = await toRequest(jar, headers)
  const { sql, session } = toClient(tg).session(request, { waitUntil: after })
  try {
    return await work({ sql, session })
  } finally {
    const written = new Headers()
    await session.write(written)
    for (const cookie of written.getSetCookie()) {
      const { name, value, maxAge, secure, sameSite, domain } = readCookie(cookie)
      jar.set(name, value, {
        path: '/',
        maxAge,
        httpOnly: true,
        sameSite,
        secure,
        ...(domain !== undefined && { domain }),
      })
    }
  }
}

/**
 * From the proxy (`proxy.ts`, or `middleware.ts`) on to the page, with the token that the proxy's own
 * queries have moved: the page reads at least what they have seen, and so does the browser's next
 * request.
 *
 * @example
 * import { NextResponse } from 'next/server'
 * export async function proxy(request: NextRequest) {
 *   const { sql, session } = tg.session(request)
 *   const [user] = await sql`select … from login where …`
 *   return await passOn(session, request, NextResponse)
 * }
 */
export async function passOn<R extends Response>(
  session: AnySession,
  request: { readonly headers: Headers },
  response: { next(init: { request: { headers: Headers } }): R },
): Promise<R> {
  const written = new Headers()
  await session.write(written)
  const headers = new Headers(request.headers)
  for (const cookie of written.getSetCookie()) {
    headers.set('cookie', withCookie(headers.get('cookie') ?? '', readCookie(cookie)))
  }
  const token = written.get(TOKEN_HEADER)
  if (token !== null) headers.set(TOKEN_HEADER, token)
  const answer = response.next({ request: { headers } })
  for (const [name, value] of written) answer.headers.append(name, value)
  return answer
}

/** The request as the page has it: after an action its cookies are those that the action has set. */
async function toRequest(
  cookies: NextCookies,
  headers: NextRequestApi['headers'],
): Promise<SessionRequest> {
  const copied = new Headers([...(await headers())])
  copied.set('cookie', cookies.toString())
  const protocol = copied.get('x-forwarded-proto') ?? 'https'
  return { headers: copied, url: `${protocol}://${copied.get('host') ?? 'localhost'}/` }
}

/** `redirect()` throws what Next makes into a response, but one that we could not add to. */
function toRedirect(thrown: unknown): Response | undefined {
  if (!(thrown instanceof Error) || !('digest' in thrown)) return undefined
  const [word, , ...rest] = String(thrown.digest).split(';')
  const status = Number(rest.at(-2))
  if (word !== 'NEXT_REDIRECT' || !(status >= 300 && status < 400)) return undefined
  // A URL may have semicolons itself.
  return new Response(null, { status, headers: { location: rest.slice(0, -2).join(';') } })
}
