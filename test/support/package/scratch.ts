/**
 * A project that has the packed package and knows nothing of this repository: it lies elsewhere on the
 * disk, so what the package fails to bring is not found by accident.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

import { cleanEnvironment, type Tarball } from './tarball.ts'

const run = promisify(execFile)

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface ScratchOptions {
  /** The folder of `test/package` that it is a copy of. */
  readonly name: string
  readonly tarball: Tarball
  /** What the project itself depends on, in this repository's versions. */
  readonly dependencies: readonly string[]
  /** What is taken from this repository instead, with what that needs: it is large. */
  readonly borrowed?: readonly string[]
}

export class Scratch {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @param parent a folder that is somebody else's to remove */
  static async in(parent: string, options: ScratchOptions): Promise<Scratch> {
    const { name, tarball, dependencies, borrowed = [] } = options
    const folder = join(parent, name)
    await cp(resolve('test/package', name), folder, { recursive: true })
    const manifest = {
      name: `scratch-${name}`,
      private: true,
      type: 'module',
      dependencies: { tidegate: `file:${tarball.path}`, ...(await versions(dependencies)) },
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
    const scratch = new Scratch(folder)
    const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
    await scratch.run('npm', ['install', ...quiet])
    await borrow(borrowed, folder)
    return scratch
  }

  /** @throws with what it said, if it ends with anything but 0 */
  async run(
    command: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { stdout } = await run(command, [...words], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ...env },
      maxBuffer: 32 * 1024 * 1024,
    }).catch((error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${command} ${words.join(' ')}\n${error.stdout}\n${error.stderr}`)
    })
    return stdout
  }

  /** A program of this repository's own, on the project's files. */
  async tool(name: string, words: readonly string[]): Promise<string> {
    return await this.run(resolve('node_modules/.bin', name), words)
  }
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

async function versions(names: readonly string[]): Promise<Record<string, string>> {
  const { dependencies, devDependencies } = await manifestOf('.')
  return Object.fromEntries(
    names.map((name) => {
      const version = { ...dependencies, ...devDependencies }[name]
      if (version === undefined) throw new Error(`${name} is no dependency of this repository`)
      return [name, version]
    }),
  )
}

async function borrow(names: readonly string[], folder: string): Promise<void> {
  const taken = new Set<string>()
  const wanted = [...names]
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const from = join('node_modules', name)
    // What is optional may be of another machine.
    const manifest = await manifestOf(from).catch(() => undefined)
    if (taken.has(name) || !manifest) continue
    taken.add(name)
    const to = join(folder, from)
    await mkdir(dirname(to), { recursive: true })
    await linkOrCopy(from, to)
    wanted.push(...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
  }
}

/** Hundreds of megabytes, which nobody writes to: where both are on one disk they are not copied. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await run('cp', ['--archive', '--link', from, to])
  } catch {
    await rm(to, { recursive: true, force: true })
    await cp(from, to, { recursive: true })
  }
}
