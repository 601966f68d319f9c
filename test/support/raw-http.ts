/** Bytes to a server and what comes back, for requests that no proper client would send. */
import { connect, type Socket } from 'node:net'

/** Resolves with all that came once the server has closed the connection. */
export async function exchangeBytes(port: number, send: (socket: Socket) => void): Promise<string> {
  return await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (text) => (received += String(text)))
    // A reset is an end too.
    socket.on('error', () => {})
    socket.once('close', () => resolve(received))
    socket.once('connect', () => send(socket))
  })
}

/** One request with a length of its own choosing, and the connection closed behind it. */
export function requestText(
  headers: Readonly<Record<string, string>>,
  body: string,
  length: number = Buffer.byteLength(body),
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return (
    `POST /sql HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: ${length}\r\n` +
    `${lines.join('')}\r\n${body}`
  )
}
