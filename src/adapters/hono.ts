/**
 * Tidegate for Hono: each request has its session, and each response carries the session's token.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'

import type { SessionOptions } from '../client/runner.ts'
import type { AnySession } from '../client/session.ts'
import type { Sql } from '../client/sql.ts'
import type { AnyTidegate } from '../client/tidegate.ts'

export interface TidegateVariables {
  readonly sql: Sql
  readonly session: AnySession
}

/**
 * @param tg the client, or where it is made from the bindings, a function that gives it
 * @example
 * app.use(withTidegate(tg))
 * app.get('/posts', async (c) => c.json(await c.var.sql`select * from posts`))
 */
export function withTidegate<Bindings extends object = object>(
  tg: AnyTidegate | ((bindings: Bindings) => AnyTidegate),
): MiddlewareHandler<{ Bindings: Bindings; Variables: TidegateVariables }> {
  return async function tidegateSession(c, next) {
    const client = typeof tg === 'function' ? tg(c.env) : tg
    const { sql, session } = client.session(c.req.raw, { waitUntil: waitUntilOf(c) })
    c.set('sql', sql)
    c.set('session', session)
    await next()
    const response = await session.respond(c.res)
    // Hono would put the cookies of the response before in place of ours.
    c.res = undefined
    c.res = response
  }
}

/** A Worker outlives its response for as long as it is asked to; a server does so by itself. */
function waitUntilOf(c: Pick<Context, 'executionCtx'>): SessionOptions['waitUntil'] {
  try {
    const { executionCtx } = c
    return (work) => executionCtx.waitUntil(work)
  } catch {
    // Hono's way of saying that there is none.
    return undefined
  }
}
