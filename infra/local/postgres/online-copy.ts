/**
 * A copy of a running primary's data directory, from which a standby can start. What pg_basebackup
 * does, which the npm package lacks.
 *
 * @see https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { PostgresNode } from './node.ts'

/** Each server's own, or filled again by the standby as it starts. */
const left = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'postgresql.auto.conf',
  'standby.signal',
])
const emptied = new Set(['pg_replslot', 'pg_wal', 'pg_dynshmem', 'pg_notify', 'pg_stat_tmp'])

export async function copyOnline(primary: PostgresNode, directory: string): Promise<void> {
  const client = await primary.connect()
  try {
    await client.query(`select pg_backup_start('rejoin', fast => true)`)
    await mkdir(directory, { mode: 0o700 })
    await copyLiving(primary.server.directory, directory)
    await mkdir(join(directory, 'pg_wal', 'archive_status'))
    await mkdir(join(directory, 'pg_wal', 'summaries'))
    await writeFile(join(directory, 'postgresql.auto.conf'), '')
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    )
    await writeFile(join(directory, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
}

/** Files come and go while they are copied; replay puts right whatever was caught half way. */
async function copyLiving(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (left.has(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (!entry.isDirectory()) {
      await copyFile(source, target).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      continue
    }
    await mkdir(target, { mode: 0o700 })
    if (!emptied.has(entry.name)) await copyLiving(source, target)
  }
}
