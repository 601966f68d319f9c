/** Files that are whole or not there: each is written beside its name and then given it. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

function partial(path: string): string {
  return `${path}.partial-${process.pid}`
}

export async function writeAll(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = Object.keys(files).map((name) => [join(folder, name), name] as const)
  try {
    for (const [path, name] of names) await writeFile(partial(path), files[name] ?? '')
    for (const [path] of names) await rename(partial(path), path)
  } finally {
    for (const [path] of names) await rm(partial(path), { force: true })
  }
}
