/**
 * `pg_show_replication_origin_status()` is for superusers and those who were granted it. A role that
 * may not call it reads subscribers all the same, without an upper bound. Which node is which is
 * learnt from the first refusal and kept: plain data, so any later request may use it.
 */
import { sqlStateOf } from './failure.ts'

const INSUFFICIENT_PRIVILEGE = '42501'

export class OriginProgress {
  readonly #refused = new Set<string>()

  /** Runs a read that asks for the progress, and once more without where that is what was refused. */
  async ask<T>(node: string, run: (originProgress: boolean) => Promise<T>): Promise<T> {
    if (this.#refused.has(node)) return await run(false)
    try {
      return await run(true)
    } catch (error) {
      if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error
      // The refusal may have been of the caller's own query: then this one fails as well.
      const answer = await run(false)
      this.#refused.add(node)
      return answer
    }
  }
}
