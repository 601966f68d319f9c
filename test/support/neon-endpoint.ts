/**
 * The least that speaks Neon's SQL over HTTP as Neon does, for tests of a client: one connection per
 * request to the database that the connection string names, and no header of Tidegate's.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Client, DatabaseError } from 'pg'

export interface NeonEndpoint extends AsyncDisposable {
  readonly url: string
  /** How many requests have come. */
  requests(): number
}

interface Body {
  readonly query?: string
  readonly params?: readonly unknown[]
  readonly queries?: readonly { readonly query: string; readonly params?: readonly unknown[] }[]
}

const levels: Readonly<Record<string, string>> = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
}

const rawTypes = { getTypeParser: () => (text: string) => text }

async function run(client: Client, text: string, values: readonly unknown[] = []): Promise<object> {
  const config = {
    text,
    values: [...values],
    rowMode: 'array',
    types: rawTypes,
    queryMode: 'extended',
  }
  const { fields, rows, command, rowCount } = await client.query(config)
  return { fields, rows, command, rowCount, rowAsArray: true }
}

function beginStatement({ headers }: IncomingMessage): string {
  const level = headers['neon-batch-isolation-level']
  return [
    'begin',
    level ? ` isolation level ${levels[String(level)]}` : '',
    headers['neon-batch-read-only'] === 'true' ? ' read only' : '',
    headers['neon-batch-deferrable'] === 'true' ? ' deferrable' : '',
  ].join('')
}

async function answer(request: IncomingMessage, client: Client): Promise<object> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const body: Body = JSON.parse(Buffer.concat(chunks).toString())
  if (body.query !== undefined) return await run(client, body.query, body.params)
  await client.query(beginStatement(request))
  const results: object[] = []
  for (const { query, params } of body.queries ?? []) results.push(await run(client, query, params))
  await client.query('commit')
  return { results }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const client = new Client({
    connectionString: String(request.headers['neon-connection-string']),
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  response.once('close', () => void client.end().catch(() => {}))
  try {
    await client.connect()
    send(response, 200, await answer(request, client))
  } catch (error) {
    const { message, code = null } = error instanceof DatabaseError ? error : { message: 'failed' }
    send(response, error instanceof DatabaseError ? 400 : 500, { message, code })
  }
}

export async function startNeonEndpoint(): Promise<NeonEndpoint> {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    void handle(request, response)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  const port = typeof address === 'object' && address ? portOf(address) : 0
  return {
    url: `http://127.0.0.1:${port}/sql`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function portOf({ port }: AddressInfo): number {
  return port
}
