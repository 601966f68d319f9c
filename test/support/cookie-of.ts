import type { Session } from '../../src/client/session.ts'

/** The request that a browser sends after the session's answer. */
export async function cookieOf(session: Session): Promise<{ readonly headers: Headers }> {
  const response = await session.respond(new Response())
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { headers: new Headers({ cookie }) }
}
