/** Writers that insert, update and delete until they are told to stop. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'

let loads = 0

export class WriteLoad implements AsyncDisposable {
  readonly #writing: Promise<unknown>
  readonly #pauseMs: number
  #stopped = false
  commits = 0

  /** Onto the table `note`, whose key is `id`. @param pauseMs between the commits of one writer */
  constructor(node: PostgresNode, writers = 2, pauseMs = 0) {
    this.#pauseMs = pauseMs
    loads += 1
    const first = loads * 10_000_000
    this.#writing = Promise.all(
      Array.from({ length: writers }, async (_, index) => await this.#write(node, index, first)),
    )
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #write(node: PostgresNode, writer: number, first: number): Promise<void> {
    const client = await node.connect()
    for (let round = 0; !this.#stopped; round += 1) {
      const id = first + 1_000_000 * writer + round
      await client.query('insert into note values ($1, $2)', [id, 'new'])
      if (round % 3 === 0) await client.query('update note set id = -id where id = $1', [id])
      if (round % 7 === 0) await client.query('delete from note where id = $1', [id])
      this.commits += 1
      if (this.#pauseMs > 0) await sleep(this.#pauseMs)
    }
    await client.end()
  }
}
