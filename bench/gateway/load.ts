/**
 * A client that costs as little as it can: it shares the machine with what it measures. Each connection
 * sends the same bytes again as soon as it has its answer, and looks at no more of that than it must.
 */
import { connect, type Socket } from 'node:net'

export interface Load {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly connections: number
}

export interface LoadCounts {
  readonly seconds: number
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>
  /** Answers of 503 that do not say when to come back. */
  readonly withoutRetryAfter: number
}

export async function applyLoad(load: Load, durationMs: number): Promise<LoadCounts> {
  const statuses = new Map<number, number>()
  let withoutRetryAfter = 0
  const request = requestBytes(load)
  const start = performance.now()
  const end = start + durationMs
  const onAnswer = (head: string): boolean => {
    const status = Number(head.slice(9, 12))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status === 503 && !/\r\nretry-after: \d+/i.test(head)) withoutRetryAfter += 1
    return performance.now() < end
  }
  await Promise.all(
    Array.from({ length: load.connections }, async () => {
      await askAgain(
        connect({ port: load.port, host: '127.0.0.1', noDelay: true }),
        request,
        onAnswer,
      )
    }),
  )
  return { seconds: (performance.now() - start) / 1_000, statuses, withoutRetryAfter }
}

function requestBytes({ port, headers, body }: Load): Buffer {
  const all = {
    Host: `127.0.0.1:${port}`,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST /sql HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

/** Until it is told that that was enough. */
async function askAgain(
  socket: Socket,
  request: Buffer,
  onAnswer: (head: string) => boolean,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.once('connect', () => socket.write(request))
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const head = received.indexOf('\r\n\r\n')
      if (head === -1) return
      const text = received.toString('latin1', 0, head + 2)
      const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(text) ?? []
      if (received.length < head + 4 + Number(length)) return
      received = Buffer.alloc(0)
      if (onAnswer(text)) socket.write(request)
      else socket.end()
    })
  })
}
