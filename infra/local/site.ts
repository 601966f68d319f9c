/** The directory that a world lives in, and what each of its processes is given. */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { hireJanitor, sweep, sweepAbandoned, WORLD_PREFIX } from './janitor.ts'
import { type PortBlock, reservePorts } from './network/port-block.ts'
import { WORLD_VARIABLE } from './proc.ts'

export interface Site {
  /** The world's name, by which its processes are found. */
  readonly id: string
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ports: PortBlock
  logFile(part: string): string
  /** Ends every process of the world and removes the directory. */
  clear(): Promise<void>
}

export async function openSite(): Promise<Site> {
  await sweepAbandoned()
  const directory = await mkdtemp(join(tmpdir(), WORLD_PREFIX))
  const id = basename(directory)
  const dismissJanitor = await hireJanitor(directory)
  const ports = await reservePorts()
  // Postgres runs as another user where we are root.
  await chmod(directory, 0o755)
  await mkdir(join(directory, 'logs'))
  return {
    id,
    directory,
    ports,
    env: { PATH: process.env['PATH'], HOME: directory, [WORLD_VARIABLE]: id },
    logFile: (part) => join(directory, 'logs', `${part}.log`),
    async clear() {
      ports.release()
      await sweep(directory)
      await dismissJanitor()
    },
  }
}
