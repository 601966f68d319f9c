import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { oneRow } from './one-row.ts'

/**
 * Stops one of a server's background processes for a while: what it writes to the WAL now and then
 * stays unwritten. `type` is what `pg_stat_activity.backend_type` calls it.
 */
export async function withoutBackend(
  node: PostgresNode,
  type: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { pid } = await oneRow<{ pid: number }>(
    node,
    'select pid from pg_stat_activity where backend_type = $1',
    [type],
  )
  process.kill(pid, 'SIGSTOP')
  try {
    await meanwhile()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
