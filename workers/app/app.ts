/**
 * The sample app, the same on every platform: a guestbook and a shop over one `sql`. Only `create.ts`
 * and the platforms' entries know where they run.
 */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'

import { type TidegateVariables, withTidegate } from '../../src/adapters/hono.ts'
import { isTidegateError, type SessionRequest, type Tidegate, tidegate } from '../../src/index.ts'
import { detectPlace } from '../../src/topology/detect-place.ts'
import { feed } from './feed.ts'
import { nearestTides } from './nearest-tides.ts'
import { plainTwin } from './plain-twin.ts'
import { routesHeader } from './routes-header.ts'
import { type Environment, readSettings, type Settings } from './settings.ts'
import { shop } from './shop.ts'
import { sqlEndpoint } from './sql-endpoint.ts'
import { withVisitor } from './visitor.ts'

export type App = Pick<Hono, 'fetch' | 'request'>

/** What a platform gives beside a request: with it a response may be followed by work. */
export type Context = NonNullable<Parameters<App['fetch']>[2]>

/** @param first the request that is about to be answered: it may be the only one to tell where this runs */
export function createApp(environment: Environment, first?: SessionRequest): App {
  const settings = readSettings(environment)
  const { region } = settings.tidegate
  const here = detectPlace({ region, cf: first?.cf, headers: first?.headers })
  const tides = nearestTides(settings.tides, here)
  // The app's tables are looked at far more often than they change.
  return buildApp(settings, tidegate({ ...settings.tidegate, tides, cache: true }))
}

function buildApp(settings: Settings, tg: Tidegate): App {
  const app = new Hono()
  app.onError(answerError)
  app.get('/', (c) => c.json({ app: 'Tidegate sample', try: ['/api/posts', '/api/products'] }))
  app.get('/health', (c) => c.json({ ok: true }))

  const api = new Hono<{ Variables: TidegateVariables }>()
  api.use(withTidegate(tg))
  if (settings.showsRoutes) api.use(routesHeader())
  api.use(withVisitor())
  api.route('/', feed())
  api.route('/', shop())
  app.route('/api', api)

  if (settings.sqlTokens.length > 0) app.route('/sql', sqlEndpoint(tg, settings))
  if (settings.hasPlainTwin) app.route('/plain', plainTwin(settings))
  return app
}

/** Says what kind of failure it was, and nothing of the data. */
function answerError(error: Error): Response {
  if (error instanceof HTTPException) {
    return Response.json({ error: error.message }, { status: error.status })
  }
  const code = isTidegateError(error) ? error.code : 'INTERNAL'
  const retryable = isTidegateError(error) && error.retryable
  return Response.json({ error: code, retryable }, { status: retryable ? 503 : 500 })
}
