import { chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { OsUser } from './binaries.ts'

/** Gives a directory and all in it to the user that Postgres runs as. */
export async function own(directory: string, user: OsUser | undefined): Promise<void> {
  if (!user) return
  const entries = await readdir(directory, { recursive: true })
  await chown(directory, user.uid, user.gid)
  await Promise.all(entries.map((entry) => chown(join(directory, entry), user.uid, user.gid)))
}
