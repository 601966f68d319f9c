/**
 * A process as a container would run it: another user without any privilege, whose folders are not its own,
 * with an environment that holds what it was given and nothing of ours.
 */
import { type ChildProcess, spawn } from 'node:child_process'

import { WORLD_VARIABLE } from '../../../infra/local/proc.ts'
import { until } from '../../../infra/local/until.ts'
import type { World } from '../../../infra/local/world.ts'

export interface ContainerOptions {
  readonly world: World
  readonly words: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

const isRoot = process.getuid?.() === 0
const AS_NOBODY = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs']
const WITHOUT_CAPABILITIES = ['--inh-caps=-all', '--bounding-set=-all']

export class Container {
  readonly #child: ChildProcess
  #said = ''

  constructor({ world, words, cwd, env }: ContainerOptions) {
    const [command = '', ...args] = isRoot
      ? [...AS_NOBODY, ...WITHOUT_CAPABILITIES, ...words]
      : words
    this.#child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // By its name the world ends it, should the test not.
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        TMPDIR: '/nonexistent',
        [WORLD_VARIABLE]: world.id,
        ...env,
      },
    })
    const note = (chunk: Buffer): void => {
      this.#said += chunk.toString()
    }
    this.#child.stdout?.on('data', note)
    this.#child.stderr?.on('data', note)
  }

  get said(): string {
    return this.#said
  }

  get exitCode(): number | undefined {
    return this.#child.exitCode ?? undefined
  }

  async ended(): Promise<number> {
    return await until('it to end', () => this.exitCode, { timeoutMs: 60_000 })
  }

  async stop(): Promise<number> {
    this.#child.kill('SIGTERM')
    return await this.ended()
  }
}
