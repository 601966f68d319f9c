/**
 * The stacks as Pulumi would run them, without its engine and without a cloud. Their dependencies are their
 * own: they are installed by their lockfile, once, beside the repository.
 */
import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { at, inRepository, listAt, textOf } from './repository.ts'
import { run } from './run.ts'

const FOLDER = 'infra/pulumi'

export interface Made {
  readonly type: string
  readonly name: string
  readonly inputs: unknown
}

export interface Preview {
  readonly made: readonly Made[]
  readonly outputs: unknown
}

export class Stacks implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** `undefined` where the packages cannot be had. */
  static async open(): Promise<Stacks | undefined> {
    const installed = await install()
    if (installed === undefined) return undefined
    // Beside the packages, where Node finds them.
    const folder = await mkdtemp(join(installed, 'run-'))
    await cp(inRepository(FOLDER), folder, {
      recursive: true,
      filter: (source) => basename(source) !== 'node_modules',
    })
    return new Stacks(folder)
  }

  /** What TypeScript has against them. */
  async typeFaults(): Promise<string> {
    const tsc = inRepository('node_modules/.bin/tsc')
    const { said } = await run(tsc, ['--project', '.'], { cwd: this.#folder })
    return said
  }

  async preview(stack: string, config: object): Promise<Preview> {
    const { code, said } = await this.#run(stack, config)
    if (code !== 0) throw new Error(said)
    const preview: unknown = JSON.parse(said)
    const made = listAt(preview, 'made').map((each) => ({
      type: String(at(each, 'type')).split(':').at(-1) ?? '',
      name: String(at(each, 'name')),
      inputs: at(each, 'inputs'),
    }))
    return { made, outputs: at(preview, 'outputs') }
  }

  async refusal(stack: string, config: object): Promise<string> {
    const { code, said } = await this.#run(stack, config)
    return code === 0 ? '' : said
  }

  async #run(stack: string, config: object): Promise<{ code: number; said: string }> {
    const file = join(this.#folder, 'config.json')
    await writeFile(file, JSON.stringify(config))
    return await run(process.execPath, ['preview.ts', stack, file], { cwd: this.#folder })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}

async function install(): Promise<string | undefined> {
  const lock = await textOf(`${FOLDER}/package-lock.json`)
  const name = `pulumi-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`
  const cache = join(tmpdir(), `tidegate-tools-${process.getuid?.() ?? 0}`)
  const folder = join(cache, name)
  const isThere = await access(folder).then(
    () => true,
    () => false,
  )
  if (isThere) return folder
  await mkdir(cache, { recursive: true })
  const making = await mkdtemp(join(cache, 'making-'))
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(inRepository(join(FOLDER, file)), join(making, file))
  }
  const options = ['--ignore-scripts', '--no-audit', '--no-fund']
  const { code } = await run('npm', ['ci', ...options], { cwd: making }).catch(() => ({ code: 1 }))
  // Another run may have been quicker.
  if (code === 0) await rename(making, folder).catch(() => {})
  await rm(making, { recursive: true, force: true })
  return code === 0 ? folder : undefined
}
