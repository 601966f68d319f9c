/**
 * The connections of clients, and on which of them a request runs. Node counts one that has not asked
 * anything yet as busy, and would wait for it at the end.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export class OpenSockets {
  readonly #running = new Map<Socket, number>()
  #closing = false

  constructor(server: Server) {
    const watch = (socket: Socket): void => {
      this.#running.set(socket, 0)
      socket.once('close', () => this.#running.delete(socket))
    }
    // The inner socket of an encrypted connection is the one on which requests run.
    server.on('setSecureContext' in server ? 'secureConnection' : 'connection', watch)
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1)
      response.once('close', () => this.#count(socket, -1))
    })
  }

  /** Closes what is idle, and the others when their requests have been answered. */
  close(): void {
    this.#closing = true
    for (const [socket, running] of this.#running) if (running === 0) socket.destroy()
  }

  #count(socket: Socket, change: 1 | -1): void {
    const running = this.#running.get(socket)
    if (running === undefined) return
    this.#running.set(socket, running + change)
    // Not destroyed: the answer may still be on its way.
    if (this.#closing && running + change === 0) socket.end()
  }
}
