/** The package as `npm publish` would send it. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Tarball {
  readonly path: string
  /** What is downloaded, in bytes. */
  readonly size: number
  readonly files: readonly string[]
}

interface PackReport {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

/** Builds and packs it. What npm prints before its report is the build's. */
export async function packTidegate(directory: string): Promise<Tarball> {
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--foreground-scripts=false', '--pack-destination', directory],
    { env: cleanEnvironment(), maxBuffer: 32 * 1024 * 1024 },
  )
  const [report]: readonly (PackReport | undefined)[] = JSON.parse(
    stdout.slice(stdout.search(/^\[$/m)),
  )
  if (!report) throw new Error('npm packed nothing')
  return {
    path: resolve(directory, report.filename),
    size: report.size,
    files: report.files.map(({ path }) => path),
  }
}

/** Without what the npm that started the tests has told its children. */
export function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(npm_|NODE_OPTIONS$|VITEST|NODE_ENV$)/.test(name)
        ? []
        : [[name, value]],
    ),
  )
}
