/**
 * Commits that are in the WAL and not yet visible, for as long as a test likes: they wait for a
 * synchronous standby that does not exist.
 *
 * @see https://www.postgresql.org/docs/18/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES
 */
import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'
import { oneRow } from './one-row.ts'

export class HeldCommits implements AsyncDisposable {
  readonly #node: PostgresNode

  private constructor(node: PostgresNode) {
    this.#node = node
  }

  /** From here on commits are held. A commit of ours goes ahead: open slots after this. */
  static async on(node: PostgresNode): Promise<HeldCommits> {
    await node.set({ synchronous_standby_names: 'nobody' })
    const commits = new HeldCommits(node)
    await commits.#tryOne()
    return commits
  }

  /** Waits until so many commits are held. */
  async count(commits: number): Promise<void> {
    await until(
      `${commits} commits to wait`,
      async () => (await this.#waiting()).length === commits,
    )
  }

  async release(): Promise<void> {
    await this.#node.set({ synchronous_standby_names: null })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** The setting holds once the checkpointer has told the others, and no view tells when it has. */
  async #tryOne(): Promise<void> {
    const client = await this.#node.connect()
    const { pid } = await oneRow<{ pid: number }>(client, 'select pg_backend_pid() as pid')
    const held = new AbortController()
    async function commit(): Promise<void> {
      while (!held.signal.aborted)
        await client.query(`select pg_logical_emit_message(true, 'held?', '')`)
    }
    const committing = commit()
    await until('commits to be held', async () => (await this.#waiting()).includes(pid))
    held.abort()
    // Ends the wait, not the commit.
    await this.#node.query('select pg_cancel_backend($1)', [pid])
    await committing
    await client.end()
  }

  async #waiting(): Promise<number[]> {
    const rows = await this.#node.query<{ pid: number }>(
      `select pid from pg_stat_activity where wait_event = 'SyncRep'`,
    )
    return rows.map(({ pid }) => pid)
  }
}
