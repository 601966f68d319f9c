/** Code as apps at the edge run it: bundled into one file and minified. */
import { build } from 'esbuild'

/** @param source an ES module, whose imports are resolved from the project's root */
export async function importBundled<T>(source: string): Promise<T> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: '.', loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`)
}
