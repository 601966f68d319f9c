/** What an app's bundle grows by. */
import type { Benchmark } from './benchmark.ts'
import { entryBytes } from './entry-bytes.ts'

export const bundle: Benchmark = {
  summary: "what an app's bundle grows by, compressed",
  compared: {
    core_gzip_bytes: { better: 'lower', kind: 'size' },
    with_neon_gzip_bytes: { better: 'lower', kind: 'size' },
    thin_gzip_bytes: { better: 'lower', kind: 'size' },
  },
  run: async () => ({
    core_gzip_bytes: await entryBytes('src/index.ts', ['@neondatabase/serverless']),
    with_neon_gzip_bytes: await entryBytes('src/index.ts', []),
    thin_gzip_bytes: await entryBytes('src/thin/index.ts', ['@neondatabase/serverless']),
  }),
}
