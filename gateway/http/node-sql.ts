/**
 * `POST /sql` straight from `node:http`. The Hono app answers it as well, wherever it is mounted; in the
 * gateway's own server that way costs a Request, a Response and a signal for each query.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

import { tooLarge } from '../protocol/refusal.ts'
import type { Buffers, Holding } from './buffers.ts'
import type { Sendings } from './sendings.ts'
import type { SqlRoute } from './sql-route.ts'

export function isSqlRequest({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && (url === '/sql' || url?.startsWith('/sql?') === true)
}

export interface AnswerParts {
  readonly route: SqlRoute
  readonly buffers: Buffers
  readonly sendings: Sendings
}

export async function answerSql(
  { route, buffers, sendings }: AnswerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Made when somebody asks for it: an answer from memory is there before anybody could hang up.
  let hangUp: AbortController | undefined
  const holding = buffers.open()
  response.once('close', () => {
    holding.release()
    if (!response.writableFinished) hangUp?.abort()
  })
  const { status, headers, body } = await route.answer({
    header: (name) => headerOf(request, name),
    readBody: async (maxBytes) => await readBody(request, holding, maxBytes),
    client: request.socket.remoteAddress ?? '',
    get signal() {
      hangUp ??= new AbortController()
      if (response.destroyed) hangUp.abort()
      return hangUp.signal
    },
  })
  // A client that still sends would not read its answer from a connection that was closed on it.
  if (!request.complete) request.resume()
  const bytes = Buffer.byteLength(body)
  // Until a slow client has taken it. One that hung up has given back all that it held.
  if (!response.destroyed) holding.add(bytes)
  headers['Content-Length'] = String(bytes)
  // As many bytes as characters: plain ASCII, which need not be encoded.
  const encoding = bytes === body.length ? 'latin1' : 'utf8'
  sendings.add({ response, status, headers, body, encoding })
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

async function readBody(
  request: IncomingMessage,
  holding: Holding,
  maxBytes: number,
): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  const onData = (chunk: Buffer): void => {
    try {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      holding.take(chunk.length)
      chunks.push(chunk)
    } catch (error) {
      request.off('data', onData)
      reject(error)
    }
  }
  request.on('data', onData)
  request.once('end', () => {
    const [first] = chunks
    resolve((chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString())
  })
  // A client that is gone gets no answer; this only ends the waiting.
  request.once('error', reject)
  request.once('close', () => {
    // An error costs its trace: not for each request that has come whole.
    if (!request.complete) reject(new Error('the client hung up'))
  })
  return await promise
}
