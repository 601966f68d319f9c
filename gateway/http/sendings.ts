/**
 * Answers that are ready in one turn of the event loop, written right behind each other. A write that
 * wakes a sleeping client costs several times as much as the next one, which finds it awake.
 */
import type { ServerResponse } from 'node:http'

export class Sendings {
  #ready: Sending[] = []

  /** By the end of this turn. A client that is gone by then is not written to. */
  add(sending: Sending): void {
    if (this.#ready.push(sending) === 1) setImmediate(() => this.#send())
  }

  #send(): void {
    const all = this.#ready
    this.#ready = []
    for (const sending of all) write(sending)
  }
}

export interface Sending {
  readonly response: ServerResponse
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly encoding: 'latin1' | 'utf8'
}

function write({ response, status, headers, body, encoding }: Sending): void {
  if (response.destroyed) return
  try {
    response.writeHead(status, headers)
    response.end(body, encoding)
  } catch {
    // What one of them cannot be sent is no matter of the others.
    response.destroy()
  }
}
