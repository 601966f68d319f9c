/**
 * The same app as one would write it without Tidegate: reads go to the nearest database, all else to
 * the primary, and nobody asks how far behind that database is. It is here to be compared with.
 */
import { neon, neonConfig } from '@neondatabase/serverless'
import { Hono } from 'hono'

import { defineTopology } from '../../src/topology/configuration.ts'
import { detectPlace } from '../../src/topology/detect-place.ts'
import { type Node, orderByRoundTrip } from '../../src/topology/topology.ts'
import { feed } from './feed.ts'
import { ROUTES_HEADER, type RouteTold } from './routes-header.ts'
import type { Settings } from './settings.ts'
import { shop } from './shop.ts'
import type { AppVariables, SqlTag } from './tag.ts'
import { withVisitor } from './visitor.ts'

export function plainTwin({ tidegate: options }: Settings): Hono<{ Variables: AppVariables }> {
  const { primary, replicas } = defineTopology({
    primary: options.primary,
    replicas: options.replicas,
  })
  const here = detectPlace({ region: options.region })
  const [nearest = primary] = orderByRoundTrip([primary, ...replicas], here)
  // One setting for the whole isolate; Tidegate's own driver does not use it.
  neonConfig.fetchEndpoint = endpointsOf([primary, nearest])

  const app = new Hono<{ Variables: AppVariables }>()
  app.use(async (c, next) => {
    const told: RouteTold[] = []
    c.set('sql', plainSql(primary, nearest, told))
    await next()
    c.header(ROUTES_HEADER, JSON.stringify(told))
  })
  app.use(withVisitor())
  app.route('/', feed())
  app.route('/', shop())
  return app
}

function plainSql(primary: Node, nearest: Node, told: RouteTold[]): SqlTag {
  return async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
    const isRead = /^\s*(?:\/\*[^*]*\*\/\s*)?select\b/i.test(strings[0] ?? '')
    const node = isRead ? nearest : primary
    const begun = performance.now()
    const rows = await neon(await urlOf(node))(strings, ...values)
    told.push({
      node: node.name,
      region: node.region ?? node.name,
      role: node.role,
      source: node === primary ? 'primary' : 'replica',
      reason: isRead ? 'it is the nearest' : 'it is a write',
      cache: undefined,
      ms: performance.now() - begun,
      stalenessMs: undefined,
      tried: 1,
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are what the query says
    return rows as Row[]
  }
}

async function urlOf({ url }: Node): Promise<string> {
  return typeof url === 'string' ? url : await url()
}

type FetchEndpoint = Extract<typeof neonConfig.fetchEndpoint, (...args: never[]) => unknown>

function endpointsOf(nodes: readonly Node[]): FetchEndpoint {
  const endpoints = new Map(
    nodes.flatMap(({ url, endpoint }) =>
      typeof url === 'string' && endpoint !== undefined ? [[hostOf(url), endpoint] as const] : [],
    ),
  )
  return (host, port) =>
    endpoints.get(`${host}:${port}`) ??
    endpoints.get(host) ??
    `https://${host.replace(/^[^.]+\./, 'api.')}/sql`
}

/** As HTTP, because runtimes do not agree on the parts of schemes that they do not know. */
function hostOf(url: string): string {
  return new URL(url.replace(/^postgres(?:ql)?:/, 'http:')).host
}
