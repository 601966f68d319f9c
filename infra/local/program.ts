/** What programs that run a world have in common: how they end, and what they say. */
import { roundTripMs } from '../../src/topology/distance.ts'
import { regions } from '../../src/topology/regions.ts'
import type { Progress } from './startup.ts'
import type { World } from './world.ts'

/** Aborted when the user or the system asks the program to end. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // Who asks twice does not want to wait; the janitor cleans up.
      if (stopping.signal.aborted) process.exit(130)
      stopping.abort()
    })
  }
  return stopping.signal
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    // An interval keeps the program running until then.
    const alive = setInterval(() => {}, 60_000)
    signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
}

/** `undefined`: nothing that a person wants to read. */
export function progressLine({ part, state, ms, note }: Progress): string | undefined {
  if (note) return `  … ${part}: ${note}`
  if (state === 'ready') return `  ✓ ${part.padEnd(20)} ${String(ms).padStart(6)} ms`
  return state === 'failed' ? `  ✗ ${part.padEnd(20)} failed` : undefined
}

export function describeWorld(world: World): string {
  const lines: string[] = []
  for (const { name, nodes, redis } of world.regions) {
    const distance = Math.round(roundTripMs(regions[world.home], regions[name]))
    const where = name === world.home ? 'home' : `${distance} ms from home`
    lines.push(`\n${name}, ${where}`)
    for (const node of nodes) lines.push(`  ${node.role.padEnd(11)} ${node.url()}`)
    lines.push(`  redis       ${redis.url()}`)
    if (name !== world.home)
      lines.push(`  the primary as seen from here\n              ${world.primary.url(name)}`)
  }
  return lines.join('\n')
}
