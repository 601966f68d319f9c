/**
 * People who use the sample app while somebody watches: each writes now and then and reads at once
 * what he wrote, and each such read is asked of the nearest database as well, to see what it would
 * have said.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import type { Journal } from '../../dashboard/journal.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { Demo } from './demo.ts'
import { routesOf } from './try-proxy.ts'

const PATIENCE_MS = 12_000
const PAUSE_MS = 500

export class Visitors implements AsyncDisposable {
  readonly #demo: Demo
  readonly #journal: Journal
  readonly #stopping = new AbortController()
  readonly #stopped: Promise<void>
  readonly #walks: Promise<unknown>
  #watched = Promise.withResolvers<undefined>()

  constructor(demo: Demo, journal: Journal) {
    this.#demo = demo
    this.#journal = journal
    const { signal } = this.#stopping
    this.#stopped = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#walks = Promise.all(
      demo.world.regions.map(async ({ name }, index) => await this.#walk(name, index * 3)),
    )
  }

  /** Nobody visits where nobody watches: the machine has other things to do. */
  setWatched(isWatched: boolean): void {
    if (isWatched) this.#watched.resolve(undefined)
    else this.#watched = Promise.withResolvers()
  }

  async #walk(edge: Region, first: number): Promise<void> {
    const { signal } = this.#stopping
    const visitor = new Visitor(edge, this.#demo.part(edge).worker.url, this.#journal, signal)
    for (let step = first; !signal.aborted; step++) {
      await Promise.race([this.#watched.promise, this.#stopped])
      if (signal.aborted) return
      await visitor.step(step)
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#walks
  }
}

class Visitor {
  readonly #cookies = new Map<string, string>()
  readonly #edge: string
  readonly #worker: string
  readonly #journal: Journal
  readonly #signal: AbortSignal
  #quantity = 0

  constructor(edge: string, worker: string, journal: Journal, signal: AbortSignal) {
    this.#edge = edge
    this.#worker = worker
    this.#journal = journal
    this.#signal = signal
  }

  /** A round of eight: looks around, comments, looks again, fills the cart. */
  async step(step: number): Promise<void> {
    switch (step % 8) {
      case 0:
      case 4:
        await this.#read('/posts')
        break
      case 1:
        await this.#write('POST', '/posts/1/comments', { author: this.#edge, body: 'Ahoy!' })
        await this.#readBoth('/posts/1/comments')
        break
      case 2:
      case 6:
        await this.#read('/products')
        break
      case 5:
        this.#quantity = (this.#quantity % 9) + 1
        await this.#write('PUT', '/cart/1', { quantity: this.#quantity })
        await this.#readBoth('/cart')
        break
      case 7:
        await this.#write('POST', '/posts/1/tidy', { keep: 3 })
        break
      default:
        await this.#readBoth('/posts/1/comments')
    }
  }

  async #read(path: string): Promise<void> {
    await this.#visit('GET', path)
  }

  async #write(method: string, path: string, body: object): Promise<void> {
    await this.#visit(method, path, body)
  }

  /** The same question to the nearest database alone, at the same time. */
  async #readBoth(path: string): Promise<void> {
    const plain = this.#fetch('GET', `/plain${path}`).then(async (answer) => await own(answer))
    await this.#visit('GET', path, undefined, async (answer) => {
      const [right, near] = await Promise.all([own(answer), plain])
      return right !== undefined && near !== undefined && right.some((row) => !near.includes(row))
    })
  }

  async #visit(
    method: string,
    path: string,
    body?: object,
    judge?: (answer: Response | undefined) => Promise<boolean>,
  ): Promise<void> {
    const begun = performance.now()
    const answer = await this.#fetch(method, `/api${path}`, body)
    const ms = performance.now() - begun
    const [route = null] = routesOf(answer)
    const prevented = judge ? await judge(answer) : false
    // Unread, an answer keeps its connection.
    if (!judge) await answer?.arrayBuffer().catch(() => undefined)
    if (this.#signal.aborted) return
    const ok = answer?.ok === true
    const does = `${method} ${path}`
    const writes = method !== 'GET'
    this.#journal.add({ edge: this.#edge, who: 'visitor', does, ok, writes, ms, route, prevented })
  }

  async #fetch(method: string, path: string, body?: object): Promise<Response | undefined> {
    try {
      const answer = await fetch(this.#worker + path, {
        method,
        headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(PATIENCE_MS)]),
      })
      for (const cookie of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? []
        this.#cookies.set(name, value)
      }
      return answer
    } catch {
      return undefined
    }
  }
}

/** The visitor's own rows: what others do in between is no matter. */
async function own(answer: Response | undefined): Promise<readonly string[] | undefined> {
  if (answer?.ok !== true) return undefined
  const rows: unknown = await answer.json().catch(() => undefined)
  if (!Array.isArray(rows)) return undefined
  return rows.filter((row: unknown) => !isOthers(row)).map((row: unknown) => JSON.stringify(row))
}

function isOthers(row: unknown): boolean {
  return typeof row === 'object' && row !== null && 'mine' in row && row.mine === false
}
