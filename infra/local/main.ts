/** `npm start`: a home in Virginia, a standby in Frankfurt, a subscriber in Sydney. */
import { roundTripMs } from '../../src/topology/distance.ts'
import { regions } from '../../src/topology/regions.ts'
import type { Progress } from './startup.ts'
import { startWorld, type World } from './world.ts'

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Who asks twice does not want to wait; the janitor cleans up.
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
}

function show({ part, state, ms, note }: Progress): void {
  if (note) console.log(`  … ${part}: ${note}`)
  else if (state === 'ready') console.log(`  ✓ ${part.padEnd(20)} ${String(ms).padStart(6)} ms`)
  else if (state === 'failed') console.log(`  ✗ ${part.padEnd(20)} failed`)
}

function describe(world: World): string {
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

console.log('Starting a world of three regions:')
try {
  const world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    onProgress: show,
    signal: stopping.signal,
  })
  console.log(describe(world))
  console.log(
    `\nLogs are in ${world.directory}/logs. Ctrl-C ends everything and leaves nothing behind.`,
  )
  await new Promise<void>((resolve) => {
    // An interval keeps the program running until then.
    const alive = setInterval(() => {}, 60_000)
    stopping.signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
  console.log('\nStopping …')
  await world.stop()
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
