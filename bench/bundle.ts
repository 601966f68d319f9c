/** What an app's bundle grows by. */
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import type { Benchmark } from './benchmark.ts'

async function gzipBytes(external: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: ['src/index.ts'],
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

export const bundle: Benchmark = {
  summary: "what an app's bundle grows by, compressed",
  compared: {
    core_gzip_bytes: { better: 'lower', kind: 'size' },
    with_neon_gzip_bytes: { better: 'lower', kind: 'size' },
  },
  run: async () => ({
    core_gzip_bytes: await gzipBytes(['@neondatabase/serverless']),
    with_neon_gzip_bytes: await gzipBytes([]),
  }),
}
