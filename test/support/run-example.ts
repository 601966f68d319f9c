/** Runs an example for Node, with the package's entries as they are in `src`. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { build } from 'esbuild'

import { packageEntries } from './package-entries.ts'

/** @returns what it wrote to its standard output */
export async function runExample(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  // Beside its packages, so that it finds them.
  const directory = await mkdtemp(join('node_modules', '.tidegate-example-'))
  try {
    const outfile = join(directory, 'main.mjs')
    const entries = await packageEntries()
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      plugins: [
        {
          name: 'packages',
          setup(bundle) {
            // Ours from `src`; all others stay where they are.
            bundle.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
              if (kind === 'entry-point') return undefined
              const source = entries[path]
              return source === undefined ? { path, external: true } : { path: source }
            })
          },
        },
      ],
    })
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
      env: { ...process.env, ...env },
    })
    return stdout
  } finally {
    await rm(directory, { recursive: true })
  }
}
