/**
 * Commits that are in the WAL and not yet visible, for as long as a test likes: they wait for a
 * synchronous standby that does not exist.
 *
 * @see https://www.postgresql.org/docs/18/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES
 */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'

export class HeldCommits implements AsyncDisposable {
  readonly #node: PostgresNode

  private constructor(node: PostgresNode) {
    this.#node = node
  }

  static async on(node: PostgresNode): Promise<HeldCommits> {
    await node.set({ synchronous_standby_names: 'nobody' })
    return new HeldCommits(node)
  }

  /** Waits until so many commits are held. */
  async count(commits: number): Promise<void> {
    await until(`${commits} commits to wait`, async () => {
      const waiting = await this.#node.query(
        `select from pg_stat_activity where wait_event = 'SyncRep'`,
      )
      return waiting.length === commits
    })
  }

  async release(): Promise<void> {
    await this.#node.set({ synchronous_standby_names: null })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}
