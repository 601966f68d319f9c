/** The least that answers the same request: `node:http` and a pool. To be run as a process. */
import { createServer } from 'node:http'

import { Pool } from 'pg'

const pool = new Pool({ connectionString: process.env['BENCH_URL'], max: 10 })

async function answer(body: string): Promise<string> {
  const { query, params }: { query: string; params: unknown[] } = JSON.parse(body)
  const { fields, rows, command, rowCount } = await pool.query({
    text: query,
    values: params,
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  })
  return JSON.stringify({ fields, rows, command, rowCount, rowAsArray: true })
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    void answer(Buffer.concat(chunks).toString()).then((text) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text),
    )
  })
})

server.listen(Number(process.env['BENCH_PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close(() => void pool.end())
  server.closeAllConnections()
})
