/**
 * Serves the page, and tells it by server-sent events what happens. What there is to see comes in as a
 * `Stage`: the demo has one, where things can be broken too, and an agent beside a real cluster another.
 */
import { once } from 'node:events'

import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { streamSSE } from 'hono/streaming'

import { guardHost, guardToken } from './guard.ts'
import type { Journal } from './journal.ts'
import { pageFiles } from './page-files.ts'
import type { Events, Sample, Scene } from './shapes.ts'

export interface Stage {
  readonly scene: Scene
  sample(): Sample
}

export interface DashboardOptions {
  readonly stage: Stage
  readonly journal: Journal
  /** @default 127.0.0.1 */
  readonly host?: string | undefined
  /** @default the usual one or, if that is taken, any */
  readonly port?: number | undefined
  /** By which names it may be asked for, besides this machine's own. @default none */
  readonly names?: readonly string[] | undefined
  /** Who has it may look. @default everybody on this machine */
  readonly token?: string | undefined
  /** Told when the first page opens and when the last one closes. */
  readonly onWatched?: (isWatched: boolean) => void
  /** What else the page can ask for here. */
  readonly more?: ((app: Hono) => void) | undefined
}

export interface Dashboard extends AsyncDisposable {
  readonly url: string
}

const SAMPLE_EVERY_MS = 300

export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1' } = options
  const app = await dashboardApp(options)
  const { server, port } = await listen(app, host, options.port)
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
  host: string,
  wanted: number | undefined,
): Promise<{ readonly server: ServerType; readonly port: number }> {
  const server = createAdaptorServer({ fetch: app.fetch })
  try {
    server.listen(wanted ?? USUAL_PORT, host)
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || wanted !== undefined) throw error
    return await listen(app, host, 0)
  }
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}

async function dashboardApp(options: DashboardOptions): Promise<Hono> {
  const { stage, journal, onWatched, names = [], token, more } = options
  const files = await pageFiles()
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false,
      // With none at all a browser's form does not say where it comes from.
      referrerPolicy: 'same-origin',
    }),
  )
  app.use(guardHost(names))
  if (token !== undefined) guardToken(app, token)

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
  more?.(app)
  return app
}
