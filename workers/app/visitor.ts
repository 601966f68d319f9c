/** Whose cart it is: a random name in a cookie, which has nothing to do with the session's token. */
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

import type { AppVariables } from './tag.ts'

const NAME = 'visitor'
const YEAR_SECONDS = 365 * 24 * 3600

export function withVisitor(): MiddlewareHandler<{ Variables: AppVariables }> {
  return async function visitor(c, next) {
    const known = getCookie(c, NAME)
    const name = known !== undefined && /^[\w-]{8,64}$/.test(known) ? known : crypto.randomUUID()
    c.set('visitor', name)
    await next()
    if (name !== known) {
      const secure = new URL(c.req.url).protocol === 'https:'
      setCookie(c, NAME, name, { httpOnly: true, sameSite: 'Lax', secure, maxAge: YEAR_SECONDS })
    }
  }
}
