/** One program of the world: started, stopped, frozen or killed at will, its output in a log file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'

import { isRunning, signal, tree } from './proc.ts'
import { until } from './until.ts'

export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

export class ManagedProcess {
  readonly program: Program
  #child: ChildProcess | undefined

  constructor(program: Program) {
    this.program = program
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get running(): boolean {
    return this.#child?.pid !== undefined && isRunning(this.#child.pid)
  }

  spawn(): void {
    const { command, args, env, logFile, uid, gid } = this.program
    const log = openSync(logFile, 'a')
    try {
      this.#child = spawn(command, args, {
        stdio: ['ignore', log, log],
        env: { ...env },
        // A session of its own: Ctrl-C at the terminal reaches the world, which ends it in order.
        detached: true,
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
      })
      // A command that cannot be executed is seen as one that is not running.
      this.#child.on('error', () => {})
      this.#child.unref()
    } finally {
      closeSync(log)
    }
  }

  /** Waits until the program has started, or fails with the tail of its log. */
  async ready(probe: () => Promise<boolean> | boolean, abort?: AbortSignal): Promise<void> {
    await until(
      `${this.program.name} to start\n${this.logTail()}`,
      async () => {
        if (!this.running) throw new StartError(this.program.name, this.logTail())
        return await probe()
      },
      { signal: abort, timeoutMs: 60_000 },
    )
  }

  logTail(lines = 20): string {
    try {
      return readFileSync(this.program.logFile, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-lines)
        .join('\n')
    } catch {
      return '(no log)'
    }
  }

  /** Asks the program to end and waits until it has. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#child?.pid || !this.running) return
    this.#child.ref()
    const ended = once(this.#child, 'exit')
    this.thaw()
    signal([this.#child.pid], name)
    await ended
  }

  /** SIGKILL for it and all that it started. */
  async kill(): Promise<void> {
    if (!this.#child?.pid) return
    const all = tree(this.#child.pid)
    signal(all, 'SIGKILL')
    await until(`${this.program.name} to die`, () => !all.some(isRunning))
  }

  /** SIGSTOP: sockets stay open, nobody answers. */
  freeze(): void {
    if (this.#child?.pid) signal(tree(this.#child.pid), 'SIGSTOP')
  }

  thaw(): void {
    if (this.#child?.pid) signal(tree(this.#child.pid).toReversed(), 'SIGCONT')
  }
}

export class StartError extends Error {
  override readonly name = 'StartError'

  constructor(program: string, logTail: string) {
    super(`${program} did not start. The end of its log:\n${logTail}`)
  }
}
