/** The page's files: as they were built with the package, or else bundled when the server starts. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface PageFile {
  readonly type: string
  readonly text: string
}

/** By path. The build puts it beside this file. */
export const BUILT = 'page.json'

export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const built = await readFile(join(import.meta.dirname, BUILT), 'utf8').catch(() => undefined)
  if (built !== undefined) {
    const files: Readonly<Record<string, PageFile>> = JSON.parse(built)
    return new Map(Object.entries(files))
  }
  // Only from the sources: what it takes is no dependency of the package.
  const { bundlePage } = await import('./bundle-page.ts')
  return await bundlePage()
}
