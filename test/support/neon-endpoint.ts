/**
 * The least that speaks Neon's SQL over HTTP as Neon does, for tests of a client: a pool for each
 * connection string, and no header of Tidegate's.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { DatabaseError, Pool, type PoolClient } from 'pg'

export interface NeonEndpoint extends AsyncDisposable {
  readonly url: string
  readonly port: number
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

async function run(
  client: PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<object> {
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

async function answer(request: IncomingMessage, client: PoolClient): Promise<object> {
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

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  pool: Pool,
): Promise<void> {
  let client: PoolClient | undefined
  // Whoever hangs up has its statement's connection closed.
  response.once('close', () =>
    client?.release(!response.writableFinished || response.statusCode !== 200),
  )
  try {
    client = await pool.connect()
    if (response.destroyed) {
      // It hung up while the connection was being made.
      client.release()
      return
    }
    send(response, 200, await answer(request, client))
  } catch (error) {
    if (!(error instanceof DatabaseError)) {
      send(response, 500, { message: 'failed' })
      return
    }
    const { message, code, detail, schema, table, column, constraint, severity, routine } = error
    const fields = { code, detail, schema, table, column, constraint, severity, routine }
    send(response, 400, { message, ...fields })
  }
}

class Pools {
  readonly #pools = new Map<string, Pool>()

  of(url: string): Pool {
    const pool = this.#pools.get(url) ?? this.#open(url)
    this.#pools.set(url, pool)
    return pool
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()))
  }

  #open(connectionString: string): Pool {
    const pool = new Pool({ connectionString, connectionTimeoutMillis: 5_000 })
    pool.on('connect', (client) => void client.on('error', () => {}))
    pool.on('error', () => {})
    return pool
  }
}

export async function startNeonEndpoint(): Promise<NeonEndpoint> {
  let requests = 0
  const pools = new Pools()
  const server = createServer((request, response) => {
    requests += 1
    void handle(request, response, pools.of(String(request.headers['neon-connection-string'])))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  const port = typeof address === 'object' && address ? portOf(address) : 0
  return {
    url: `http://127.0.0.1:${port}/sql`,
    port,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await pools.end()
    },
  }
}

function portOf({ port }: AddressInfo): number {
  return port
}
