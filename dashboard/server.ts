/**
 * Serves the page, and tells it by server-sent events what happens. What there is to see and to break
 * comes in as a `Stage`: the demo has one, and an agent beside a real cluster could have another.
 */
import { once } from 'node:events'

import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { streamSSE } from 'hono/streaming'

import type { Journal } from './journal.ts'
import { pageFiles } from './page-files.ts'
import type { Events, Sample, Scene } from './shapes.ts'
import { tryProxy } from './try-proxy.ts'

export interface Stage {
  readonly scene: Scene
  sample(): Sample
  /** Breaks or mends something. `false`: there is no such thing, or it is being worked on. */
  setFault(id: string, on: boolean): boolean
  readonly workerOf: (region: string) => string | undefined
}

export interface DashboardOptions {
  readonly stage: Stage
  readonly journal: Journal
  /** @default the usual one or, if that is taken, any */
  readonly port?: number | undefined
  /** Told when the first page opens and when the last one closes. */
  readonly onWatched?: (isWatched: boolean) => void
}

export interface Dashboard extends AsyncDisposable {
  readonly url: string
}

const SAMPLE_EVERY_MS = 300

export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const app = await dashboardApp(options)
  const { server, port } = await listen(app, options.port)
  return {
    url: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}

/** The same each time, so that a browser's tab finds the page again. */
const USUAL_PORT = 4300

async function listen(
  app: Hono,
  wanted: number | undefined,
): Promise<{ readonly server: ServerType; readonly port: number }> {
  const server = createAdaptorServer({ fetch: app.fetch })
  try {
    server.listen(wanted ?? USUAL_PORT, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || wanted !== undefined) throw error
    return await listen(app, 0)
  }
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}

async function dashboardApp({ stage, journal, onWatched }: DashboardOptions): Promise<Hono> {
  const files = await pageFiles()
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"] },
      strictTransportSecurity: false,
    }),
  )
  app.use(async (c, next) => {
    // Any page in the same browser could post here otherwise, or have its own name lead here.
    const host = c.req.header('host') ?? ''
    const origin = c.req.header('origin')
    const isOwn = origin === undefined || URL.parse(origin)?.host === host
    const isHere = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(host)
    if (!isHere || (c.req.method !== 'GET' && !isOwn)) return c.text('Forbidden', 403)
    return await next()
  })

  for (const [path, { type, text }] of files) {
    app.get(path, (c) => c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }

  let watchers = 0
  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const tell = async <Name extends keyof Events>(
        event: Name,
        data: Events[Name],
      ): Promise<void> => await stream.writeSSE({ event, data: JSON.stringify(data) })
      if (++watchers === 1) onWatched?.(true)
      using listening = journal.listen((visit) => void tell('visit', visit))
      stream.onAbort(() => {
        listening[Symbol.dispose]()
        if (--watchers === 0) onWatched?.(false)
      })
      await tell('scene', stage.scene)
      for (const visit of journal.recent) await tell('visit', visit)
      while (!stream.aborted) {
        await tell('sample', stage.sample())
        await tell('totals', journal.totals)
        await stream.sleep(SAMPLE_EVERY_MS)
      }
    }),
  )

  app.put('/faults/:id', (c) => c.json({ taken: stage.setFault(c.req.param('id'), true) }))
  app.delete('/faults/:id', (c) => c.json({ taken: stage.setFault(c.req.param('id'), false) }))
  app.all('/try/:region/:side/*', tryProxy({ workerOf: stage.workerOf, journal }))
  return app
}
