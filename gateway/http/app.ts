/** The routes: Neon's `/sql`, and what operators look at. */
import { type Context, Hono } from 'hono'

import type { Operations } from '../operations/operations.ts'
import { tooLarge } from '../protocol/refusal.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import type { SqlRoute } from './sql-route.ts'

export function createApp(sql: SqlRoute, operations: Operations): Hono {
  const app = new Hono()
  app.options('/sql', () => new Response(null, { headers: preflightHeaders }))
  app.post('/sql', async (context) => {
    const { status, headers, body } = await sql.answer({
      header: (name) => context.req.header(name),
      readBody: async (maxBytes) => await readBody(context, maxBytes),
      client: clientOf(context),
      signal: context.req.raw.signal,
    })
    return new Response(body, { status, headers })
  })
  app.get('/health/live', (context) => context.json({ status: 'live' }))
  app.get('/health/ready', async (context) => await reportHealth(context, operations))
  app.get('/health', async (context) => await reportHealth(context, operations))
  app.get('/metrics', async () => {
    const { contentType, text } = await operations.metrics.render()
    return new Response(text, { headers: { 'Content-Type': contentType } })
  })
  app.notFound((context) => context.json('query is not supported', 400, corsHeaders))
  return app
}

async function reportHealth(context: Context, operations: Operations): Promise<Response> {
  const report = await operations.health.report()
  return context.json(report, report.status === 'ready' ? 200 : 503)
}

/** The socket's address: what a header says of it anybody may write. */
function clientOf({ env }: Context): string {
  const incoming: unknown = env?.incoming
  const isObject = typeof incoming === 'object' && incoming !== null && 'socket' in incoming
  const socket: unknown = isObject ? incoming.socket : undefined
  const isSocket = typeof socket === 'object' && socket !== null && 'remoteAddress' in socket
  return isSocket && typeof socket.remoteAddress === 'string' ? socket.remoteAddress : ''
}

async function readBody({ req }: Context, maxBytes: number): Promise<string> {
  const declared = req.header('content-length')
  if (Number(declared ?? 0) > maxBytes) throw tooLarge(maxBytes)
  // A body of declared length is no longer than that: the server sees to it.
  if (declared !== undefined) return await req.text()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of req.raw.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
