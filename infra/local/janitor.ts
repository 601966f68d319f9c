/**
 * Leaves nothing behind: ends every process of a world and removes its directory. The world itself
 * does so when it stops; for a world whose owner was killed, a small process that has waited for
 * just that does it (`janitor-main.ts`); for one that lost both, the next world to start.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

import { isRunning, processesOf, signal, startTime } from './proc.ts'
import { until } from './until.ts'

export const WORLD_PREFIX = 'tidegate-world-'

/** How long programs have to end by themselves. */
const PATIENCE_MS = 3000

/** Ends what belongs to the world in this directory, then removes it. */
export async function sweep(directory: string): Promise<void> {
  const world = basename(directory)
  const ended = new Set(processesOf(world))
  signal([...ended], 'SIGCONT')
  // On SIGQUIT Postgres ends at once, its children and shared memory with it.
  signal([...ended], 'SIGQUIT')
  const begun = performance.now()
  await until('processes to end', () => {
    const left = processesOf(world)
    for (const pid of left) ended.add(pid)
    if (performance.now() - begun > PATIENCE_MS) signal(left, 'SIGKILL')
    return left.length === 0
  })
  await removeSharedMemory(new Set([...ended, ...(await killedPostmasters(directory))]))
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}

/** A server that ended in order has removed its file. */
async function killedPostmasters(directory: string): Promise<number[]> {
  const nodes = await readdir(directory).catch(() => [])
  const files = await Promise.all(
    nodes.map((node) => readFile(join(directory, node, 'postmaster.pid'), 'utf8').catch(() => '')),
  )
  return files.filter(Boolean).map((text) => Number.parseInt(text, 10))
}

/** What guards a data directory against a second server outlives a server that was killed. */
async function removeSharedMemory(creators: ReadonlySet<number>): Promise<void> {
  const [, ...lines] = (await readFile('/proc/sysvipc/shm', 'utf8').catch(() => '')).split('\n')
  for (const line of lines) {
    const [, id, , , creator, , attached] = line.trim().split(/\s+/)
    if (!id || attached !== '0' || !creators.has(Number(creator))) continue
    // Without ipcrm, or without the right to, a few bytes stay.
    await promisify(execFile)('ipcrm', ['-m', id]).catch(() => {})
  }
}

/** Starts the process that sweeps when this one ends, however it ends. */
export async function hireJanitor(directory: string): Promise<() => Promise<void>> {
  const owner = { pid: process.pid, started: startTime(process.pid) }
  await writeFile(join(directory, 'owner.json'), JSON.stringify(owner))
  const janitor = spawn(process.execPath, [join(import.meta.dirname, 'janitor-main.ts')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  janitor.unref()
  // Its input ends when we do. It is told the directory there.
  janitor.stdin.write(directory)
  return async () => {
    janitor.ref()
    const ended = once(janitor, 'exit')
    janitor.stdin.end()
    await ended
  }
}

/** Sweeps worlds that nobody owns any more. */
export async function sweepAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(WORLD_PREFIX))
  const directories = names.map((name) => join(tmpdir(), name))
  for (const directory of directories) {
    if (await isAbandoned(directory)) await sweep(directory)
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  const info = await stat(directory).catch(() => undefined)
  // Another user's world is not ours to judge.
  if (!info || info.uid !== process.getuid?.()) return false
  const text = await readFile(join(directory, 'owner.json'), 'utf8').catch(() => '')
  // It is being made, or being removed by somebody else.
  if (!text.endsWith('}')) return Date.now() - info.mtimeMs > 60_000
  const { pid, started }: { pid: number; started: string } = JSON.parse(text)
  return !isRunning(pid) || startTime(pid) !== started
}
