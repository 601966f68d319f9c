/** The package's entries as they are in `src`: an example that imports them needs no build. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

export async function packageEntries(): Promise<Readonly<Record<string, string>>> {
  const { name, exports }: Manifest = JSON.parse(await readFile('package.json', 'utf8'))
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) => {
      if (typeof target === 'string') return []
      const source = target.default.replace('./dist/', '').replace(/\.js$/, '.ts')
      return [[path.replace('.', name), resolve(source)]]
    }),
  )
}
