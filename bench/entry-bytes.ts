/** How many bytes an app at the edge grows by, compressed, for an entry of the package. */
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

/** @param entry a source file */
export async function entryBytes(entry: string, external: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker'],
    external: [...external],
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}
