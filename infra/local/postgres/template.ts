/**
 * Freshly initialised data directories, kept between runs because `initdb` takes longer than all
 * else. Two of them: standbys are copies of the one the primary is a copy of, and subscribers are
 * databases of another origin, with another system identifier.
 */
import { execFile } from 'node:child_process'
import { access, appendFile, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Binaries } from './binaries.ts'
import { own } from './own.ts'

const run = promisify(execFile)

export type Origin = 'home' | 'subscriber'

/** The superuser of all local databases. They listen on the loopback interface only. */
export const SUPERUSER = 'tidegate'
export const PASSWORD = 'tidegate'

/** What `world.conf` in a data directory says comes after everything that initdb wrote. */
export const WORLD_CONF = 'world.conf'

export interface Templates {
  /** Makes `directory` a data directory that has never been started. */
  copyTo(directory: string, origin: Origin): Promise<void>
}

/** @param scratch where the databases are made; `cache` outlives the world. */
export function templates(binaries: Binaries, scratch: string, cache: string): Templates {
  const ready = new Map<Origin, Promise<string>>()

  async function cached(origin: Origin): Promise<string> {
    const kept = join(cache, `${origin}-${binaries.version}`)
    if (await isReadable(kept)) return kept
    const fresh = await initialise(binaries, scratch)
    return (await keep(fresh, kept)) ? kept : fresh
  }

  return {
    async copyTo(directory, origin) {
      const template = ready.get(origin) ?? cached(origin)
      ready.set(origin, template)
      await cp(await template, directory, { recursive: true })
      await own(directory, binaries.user)
    },
  }
}

async function initialise(binaries: Binaries, scratch: string): Promise<string> {
  const area = await mkdtemp(join(scratch, 'initdb-'))
  const data = join(area, 'data')
  const passwordFile = join(area, 'password')
  await writeFile(passwordFile, PASSWORD)
  await own(area, binaries.user)
  await run(
    binaries.initdb,
    [
      '-D',
      data,
      '-U',
      SUPERUSER,
      '--pwfile',
      passwordFile,
      '--no-sync',
      '--no-instructions',
      '--auth',
      'scram-sha-256',
      '--encoding',
      'UTF8',
      '--locale',
      'C',
      '--locale-provider',
      'builtin',
      '--builtin-locale',
      'C.UTF-8',
    ],
    { ...binaries.user, cwd: area, env: {} },
  )
  await appendFile(join(data, 'postgresql.conf'), `\ninclude '${WORLD_CONF}'\n`)
  await appendFile(
    join(data, 'pg_hba.conf'),
    'host replication all 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  return data
}

/** Two worlds may do this at once: the first to rename wins, and both have a template. */
async function keep(fresh: string, kept: string): Promise<boolean> {
  const parcel = `${kept}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    await mkdir(join(kept, '..'), { recursive: true })
    await cp(fresh, parcel, { recursive: true })
    await rename(parcel, kept)
    return true
  } catch {
    // Lost the race, or the cache cannot be written to: this world uses its own.
    await rm(parcel, { recursive: true, force: true })
    return false
  }
}

/** Another user's is as good as none. */
async function isReadable(template: string): Promise<boolean> {
  return await access(join(template, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}
