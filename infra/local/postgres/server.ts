/** One PostgreSQL server: a data directory, a port and a process. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ManagedProcess } from '../managed-process.ts'
import type { Binaries } from './binaries.ts'
import { baseSettings, conf, type Settings } from './settings.ts'
import { WORLD_CONF } from './template.ts'

export interface ServerOptions {
  readonly name: string
  readonly clusterName: string
  readonly binaries: Binaries
  readonly directory: string
  readonly port: number
  readonly logFile: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export class PostgresServer extends ManagedProcess {
  readonly directory: string
  readonly port: number
  readonly #clusterName: string

  constructor({ name, clusterName, binaries, directory, port, logFile, env }: ServerOptions) {
    super({
      name,
      command: binaries.postgres,
      args: ['-D', directory],
      env,
      logFile,
      ...binaries.user,
    })
    this.directory = directory
    this.port = port
    this.#clusterName = clusterName
  }

  /** Replaces the server's settings; they hold from its next start or reload. */
  async configure(settings: Settings): Promise<void> {
    const all = { ...baseSettings(this.#clusterName, this.port), ...settings }
    await writeFile(join(this.directory, WORLD_CONF), conf(all), { mode: 0o644 })
  }

  async start(abort?: AbortSignal): Promise<void> {
    abort?.throwIfAborted()
    this.spawn()
    await this.ready(async () => await this.#acceptsConnections(), abort)
  }

  /** The postmaster writes its state to the eighth line, as pg_ctl reads it. */
  async #acceptsConnections(): Promise<boolean> {
    const text = await readFile(join(this.directory, 'postmaster.pid'), 'utf8').catch(() => '')
    const lines = text.split('\n')
    // The file of a server that was killed is still there when the next one starts.
    const isOurs = lines[0] === String(this.pid)
    const state = lines[7]?.trim()
    return isOurs && (state === 'ready' || state === 'standby')
  }
}
