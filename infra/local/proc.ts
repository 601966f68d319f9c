/** What Linux tells of running processes. */
import { readdirSync, readFileSync } from 'node:fs'

interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  /** Zombies have ended; only their parent has not asked how. */
  readonly ended: boolean
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended between the listing and the look, or belongs to somebody else.
    return ''
  }
}

function describe(pid: number): ProcessInfo | undefined {
  // The second field is the command in parentheses and may hold spaces: read on behind the last one.
  const stat = read(`/proc/${pid}/stat`)
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return parent ? { pid, parent: Number(parent), ended: state === 'Z' || state === 'X' } : undefined
}

function processes(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => describe(Number(entry)))
    .filter((info): info is ProcessInfo => info !== undefined && !info.ended)
}

export function isRunning(pid: number): boolean {
  const info = describe(pid)
  return info !== undefined && !info.ended
}

/** When the process started, in kernel ticks: with its pid, a name that is never used again. */
export function startTime(pid: number): string {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** The process and all that it started, parents before children. */
export function tree(root: number): number[] {
  const all = processes()
  const found = [root]
  for (const pid of found) {
    found.push(...all.filter(({ parent }) => parent === pid).map((child) => child.pid))
  }
  return found
}

/** The environment variable that every process of a world has. */
export const WORLD_VARIABLE = 'TIDEGATE_WORLD'

/**
 * The processes of a world. Postgres overwrites its environment with what it shows in `ps`, but its
 * servers name the world there: in the data directory at first, then in `cluster_name`.
 */
export function processesOf(world: string): number[] {
  return processes()
    .map(({ pid }) => pid)
    .filter((pid) => {
      if (read(`/proc/${pid}/environ`).includes(`${WORLD_VARIABLE}=${world}\0`)) return true
      const command = read(`/proc/${pid}/cmdline`)
      return /^[^\0]*\bpostgres\b/.test(command) && command.includes(world)
    })
}

/** Sends a signal to whichever of the processes are still there. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended in the meantime.
    }
  }
}
