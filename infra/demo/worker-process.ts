/**
 * The sample Worker in real workerd, once per region, without wrangler: bundled once, and served by
 * a configuration as Cloudflare's own tools write it. It ends with the world.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { build } from 'esbuild'

import type { ManagedProcess } from '../local/managed-process.ts'
import type { World } from '../local/world.ts'

const WORKER = join(import.meta.dirname, '../../workers/cloudflare')

export interface Bundle {
  readonly file: string
  readonly compatibilityDate: string
}

/** As wrangler bundles it, into the world's directory. */
export async function bundleWorker(world: World): Promise<Bundle> {
  const file = join(world.directory, 'worker.js')
  await build({
    entryPoints: [join(WORKER, 'index.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
  })
  const configuration = await readFile(join(WORKER, 'wrangler.jsonc'), 'utf8')
  const [, date = ''] = /"compatibility_date": "([\d-]+)"/.exec(configuration) ?? []
  return { file, compatibilityDate: date }
}

export interface RunningWorker {
  readonly process: ManagedProcess
  readonly url: string
}

export interface WorkerOptions {
  readonly name: string
  readonly bundle: Bundle
  /** What the Worker sees as its variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export async function startWorker(
  world: World,
  { name, bundle, bindings, signal }: WorkerOptions,
): Promise<RunningWorker> {
  const port = await world.freePort()
  const config = join(world.directory, `${name.replaceAll(' ', '-')}.capnp`)
  // It holds the world's passwords, which are no secrets, but a habit is a habit.
  await writeFile(config, workerdConfig(bundle, port, bindings), { mode: 0o600 })
  const worker = world.process({ name, command: workerd(), args: ['serve', config] })
  worker.spawn()
  const url = `http://127.0.0.1:${port}`
  await worker.ready(async () => {
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    return answer?.ok === true
  }, signal)
  return { process: worker, url }
}

/** The binary that wrangler brings: nobody else depends on it, so it is found from there. */
function workerd(): string {
  const here = createRequire(import.meta.url)
  const wrangler = createRequire(here.resolve('wrangler/package.json'))
  return join(wrangler.resolve('workerd/package.json'), '../bin/workerd')
}

function workerdConfig(
  { file, compatibilityDate }: Bundle,
  port: number,
  bindings: Readonly<Record<string, string>>,
): string {
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app),
    # The world's servers listen on the loopback interface.
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "app")],
);

const app :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${quoted(file.split('/').at(-1) ?? '')})],
  compatibilityDate = ${quoted(compatibilityDate)},
  bindings = [${texts.join(', ')}],
);
`
}

/** What JSON escapes is escaped alike in Cap'n Proto's texts, if all of it is ASCII. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\x${unit.charCodeAt(0).toString(16)}`,
  )
}
