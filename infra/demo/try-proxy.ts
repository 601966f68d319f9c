/**
 * Brings a browser to the sample app of a region, with Tidegate or without, through one address. Each
 * side has cookies of its own, and keeps them when the reader moves to another region.
 */
import type { Context } from 'hono'

import type { Journal } from '../../dashboard/journal.ts'
import type { RouteTold } from '../../dashboard/shapes.ts'
import { ROUTES_HEADER } from '../../workers/app/routes-header.ts'

export type Side = 'tidegate' | 'plain'

export interface ProxyOptions {
  /** Where the region's Worker is. `undefined`: there is none. */
  readonly workerOf: (region: string) => string | undefined
  readonly journal: Journal
}

const PATIENCE_MS = 15_000
const prefixes: Readonly<Record<Side, string>> = { tidegate: '/api', plain: '/plain' }

export function tryProxy({ workerOf, journal }: ProxyOptions) {
  return async (c: Context): Promise<Response> => {
    const region = c.req.param('region') ?? ''
    const side: Side = c.req.param('side') === 'plain' ? 'plain' : 'tidegate'
    const worker = workerOf(region)
    if (worker === undefined) return c.json({ error: 'no such region' }, 404)
    const path = c.req.path.split('/').slice(4).join('/')
    const { method } = c.req
    const begun = performance.now()
    const answer = await fetch(`${worker}${prefixes[side]}/${path}`, {
      method,
      headers: { cookie: cookiesOf(side, c.req.header('cookie')) },
      body: method === 'GET' ? null : await c.req.text(),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => undefined)
    const ms = performance.now() - begun
    const [route = null] = routesOf(answer)
    if (side === 'tidegate') {
      journal.add({
        edge: region,
        who: 'you',
        does: `${method} /${path}`,
        ok: answer?.ok === true,
        writes: method !== 'GET',
        ms,
        route,
        prevented: false,
      })
    }
    const data: unknown = await answer?.json().catch(() => null)
    const reply = c.json({ ok: answer?.ok === true, ms, route, data: data ?? null })
    for (const cookie of answer?.headers.getSetCookie() ?? []) {
      reply.headers.append('set-cookie', `${side}-${cookie}`)
    }
    return reply
  }
}

export function routesOf(answer: Response | undefined): readonly RouteTold[] {
  const text = answer?.headers.get(ROUTES_HEADER)
  if (!text) return []
  const routes: unknown = JSON.parse(text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own Worker wrote it
  return Array.isArray(routes) ? (routes as RouteTold[]) : []
}

/** The browser's cookies of one side, by the names that the Worker knows. */
function cookiesOf(side: Side, header = ''): string {
  const prefix = `${side}-`
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length))
    .join('; ')
}
