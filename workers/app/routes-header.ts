/** Tells in a header where the queries of a request ran and why, for a page that shows it. */
import type { MiddlewareHandler } from 'hono'

import type { TidegateVariables } from '../../src/adapters/hono.ts'
import type { TideMetadata } from '../../src/index.ts'

export const ROUTES_HEADER = 'tidegate-routes'

/** One query, as the page needs it. */
export type RouteTold = Pick<
  TideMetadata,
  'node' | 'region' | 'role' | 'source' | 'reason' | 'cache' | 'ms' | 'stalenessMs'
> & { readonly tried: number }

export function routesHeader(): MiddlewareHandler<{ Variables: TidegateVariables }> {
  return async function tellRoutes(c, next) {
    await next()
    c.header(ROUTES_HEADER, JSON.stringify(c.var.session.queries.map(toTold)))
  }
}

function toTold(tide: TideMetadata): RouteTold {
  const { node, region, role, source, reason, cache, ms, stalenessMs, attempts } = tide
  return { node, region, role, source, reason, cache, ms, stalenessMs, tried: attempts.length }
}
