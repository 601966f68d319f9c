/**
 * Tidegate for Hono: each request has its session, and each response carries the session's token.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono'

import type { Session } from '../client/session.ts'
import type { Sql } from '../client/sql.ts'
import type { Tidegate } from '../client/tidegate.ts'

export interface TidegateVariables {
  readonly sql: Sql
  readonly session: Session
}

/**
 * @example
 * app.use(withTidegate(tg))
 * app.get('/posts', async (c) => c.json(await c.var.sql`select * from posts`))
 */
export function withTidegate(tg: Tidegate): MiddlewareHandler<{ Variables: TidegateVariables }> {
  return async function tidegateSession(c, next) {
    const { sql, session } = tg.session(c.req.raw)
    c.set('sql', sql)
    c.set('session', session)
    await next()
    const response = await session.respond(c.res)
    // Hono would put the cookies of the response before in place of ours.
    c.res = undefined
    c.res = response
  }
}
