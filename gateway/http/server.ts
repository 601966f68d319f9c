/** The gateway as a server: its limits against slow and large clients, and an end that loses nothing. */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { getRequestListener } from '@hono/node-server'

import type { Gateway } from '../gateway.ts'
import type { GatewaySettings } from '../settings/settings.ts'
import { Buffers } from './buffers.ts'
import { answerSql, isSqlRequest } from './node-sql.ts'
import { OpenSockets } from './open-sockets.ts'
import { Sendings } from './sendings.ts'

export interface GatewayServer extends AsyncDisposable {
  readonly port: number
  /** Where `fetchEndpoint` of a Neon driver on this machine would point. */
  readonly url: string
  /** Takes no more, lets what runs finish, and closes all. */
  stop(): Promise<void>
}

/** How often slow clients are looked for. */
const CHECK_EVERY_MS = 1_000

export async function serve(gateway: Gateway, settings: GatewaySettings): Promise<GatewayServer> {
  const server = createServer(settings)
  const sockets = new OpenSockets(server)
  const parts = {
    route: gateway.sql,
    buffers: new Buffers(settings.maxBufferedBytes),
    sendings: new Sendings(),
  }
  // Whoever does not take its answer: a query that runs is ended before.
  server.setTimeout(settings.queryTimeoutMs + settings.bodyTimeoutMs)
  const listener = getRequestListener(gateway.app.fetch, { overrideGlobalObjects: false })
  server.on('request', (request, response) => {
    if (!isSqlRequest(request)) void listener(request, response)
    else answerSql(parts, request, response).catch(() => response.destroy())
  })
  await listening(server, settings)
  const { port } = addressOf(server)
  const scheme = settings.tlsCertFile === undefined ? 'http' : 'https'
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopped ??= stopServer(server, sockets, gateway, settings.stopTimeoutMs)
    await stopped
  }
  return { port, url: `${scheme}://127.0.0.1:${port}/sql`, stop, [Symbol.asyncDispose]: stop }
}

function createServer(settings: GatewaySettings): Server {
  const options: ServerOptions = {
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: Math.min(settings.headersTimeoutMs, settings.bodyTimeoutMs),
    requestTimeout: settings.bodyTimeoutMs,
    keepAliveTimeout: settings.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, settings.headersTimeoutMs),
    noDelay: true,
  }
  const { tlsCertFile, tlsKeyFile } = settings
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return createHttpServer(options)
  return createHttpsServer({
    ...options,
    cert: readFileSync(tlsCertFile),
    key: readFileSync(tlsKeyFile),
  })
}

async function listening(server: Server, settings: GatewaySettings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.listenPort, settings.listenHost, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (typeof address === 'object' && address) return address
  throw new TypeError('a server that listens on a port has an address')
}

async function stopServer(
  server: Server,
  sockets: OpenSockets,
  gateway: Gateway,
  patienceMs: number,
): Promise<void> {
  gateway.operations.health.stop()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  sockets.close()
  const impatient = setTimeout(() => server.closeAllConnections(), patienceMs)
  await closed
  clearTimeout(impatient)
  await gateway.end()
}
