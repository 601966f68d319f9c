/**
 * A program that checks a kind of file and that npm does not have: the machine's own, or the one of a Debian
 * package, which is unpacked beside the repository and needs no root. `undefined` where neither can be had.
 */
import { execFile } from 'node:child_process'
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Outside of the repository, kept for the next run. */
const CACHE = join(tmpdir(), `tidegate-tools-${process.getuid?.() ?? 0}`)

/** @returns the folder in which the packages lie unpacked, as they would in `/` */
export async function debianPackages(packages: readonly string[]): Promise<string | undefined> {
  const folder = join(CACHE, packages[0] ?? '')
  if (await isThere(folder)) return folder
  try {
    await mkdir(CACHE, { recursive: true, mode: 0o755 })
    const making = await mkdtemp(join(CACHE, 'making-'))
    await download(packages, making)
    const root = join(making, 'root')
    for (const file of await readdir(making)) {
      await run('dpkg-deb', ['-x', join(making, file), root])
    }
    // Another run may have been quicker.
    await rename(root, folder).catch(() => {})
    await rm(making, { recursive: true })
    return folder
  } catch {
    return undefined
  }
}

/** @param path in the package */
export async function debianProgram(name: string, path: string): Promise<string | undefined> {
  const own = await onPath(path.split('/').at(-1) ?? '')
  if (own !== undefined) return own
  const folder = await debianPackages([name])
  return folder === undefined ? undefined : join(folder, path)
}

async function download(packages: readonly string[], cwd: string): Promise<void> {
  const get = async (): Promise<unknown> => await run('apt-get', ['download', ...packages], { cwd })
  try {
    await get()
  } catch {
    // The lists may be old, or there may be none.
    await run('apt-get', ['-qq', 'update'])
    await get()
  }
}

export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name)
    if (folder !== '' && (await isThere(file, constants.X_OK))) return file
  }
  return undefined
}

async function isThere(file: string, mode: number = constants.F_OK): Promise<boolean> {
  return await access(file, mode).then(
    () => true,
    () => false,
  )
}
