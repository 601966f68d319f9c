/** The least that answers from Redis: `node:http` and a GET. To be run as a process. */
import { createServer, type ServerResponse } from 'node:http'

import { Redis } from 'ioredis'

const redis = new Redis(process.env['BENCH_REDIS'] ?? '')
const key = process.env['BENCH_KEY'] ?? ''

async function answer(response: ServerResponse): Promise<void> {
  const text = (await redis.get(key)) ?? ''
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
  response.writeHead(text === '' ? 404 : 200, headers).end(text)
}

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => void answer(response))
})

server.listen(Number(process.env['BENCH_PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close(() => redis.disconnect())
  server.closeAllConnections()
})
