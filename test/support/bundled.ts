/** An entry of `workers/` as a platform would bundle it. */
import { build } from 'esbuild'

/** As a script its exports are in a variable called `entry`. */
export async function bundled(file: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format,
    ...(format === 'iife' && { globalName: 'entry' }),
    target: 'es2023',
    conditions: ['edge-light', 'worker', 'browser'],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
