/**
 * Asks Postgres to give up what a connection does. It goes over a connection of its own, which the
 * server closes when it has passed the word on, and needs no password: the connection's secret is enough.
 *
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
import { connect, type Socket } from 'node:net'

import type { Client } from 'pg'

const CANCEL_REQUEST = (1234 << 16) | 5678

export async function sendCancel(client: Client, patienceMs: number): Promise<void> {
  if (!('processID' in client) || !('secretKey' in client)) return
  const { processID, secretKey, host, port } = client
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return
  const message = Buffer.alloc(16)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(CANCEL_REQUEST, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  await sent(socket, message, patienceMs)
}

async function sent(socket: Socket, message: Buffer, patienceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.setTimeout(patienceMs, () => socket.destroy())
    // A server that cannot be reached has nothing to cancel.
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.once('connect', () => socket.write(message))
    socket.resume()
  })
}
