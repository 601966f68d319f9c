/** `npm start -- --world-only`: a home in Virginia, a standby in Frankfurt, a subscriber in Sydney. */
import { describeWorld, progressLine, stopSignal, untilAborted } from './program.ts'
import { startWorld } from './world.ts'

const signal = stopSignal()

console.log('Starting a world of three regions:')
try {
  const world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    onProgress: (progress) => {
      const line = progressLine(progress)
      if (line !== undefined) console.log(line)
    },
    signal,
  })
  console.log(describeWorld(world))
  console.log(
    `\nLogs are in ${world.directory}/logs. Ctrl-C ends everything and leaves nothing behind.`,
  )
  await untilAborted(signal)
  console.log('\nStopping …')
  await world.stop()
} catch (error) {
  if (!signal.aborted) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
