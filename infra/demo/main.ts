/**
 * `npm start`: three regions with all that Tidegate is, and a page that shows it. With `--world-only`
 * the databases and Redis alone, to look into with psql and redis-cli.
 */
import { parseArgs } from 'node:util'

import { describeWorld, progressLine, stopSignal, untilAborted } from '../local/program.ts'
import { type Demo, startDemo } from './demo.ts'
import { showDemo } from './show.ts'

const { values } = parseArgs({
  options: {
    'world-only': { type: 'boolean' },
    port: { type: 'string' },
  },
})

if (values['world-only']) await import('../local/main.ts')
else {
  await main(values.port === undefined ? undefined : Number(values.port))
  // All is closed. Node, which would look for itself, was seen to look for ever.
  process.exit()
}

async function main(port: number | undefined): Promise<void> {
  const signal = stopSignal()
  const begun = performance.now()
  console.log('Starting three regions:')
  try {
    await using demo = await startDemo({
      onProgress: (progress) => {
        const line = progressLine(progress)
        if (line !== undefined) console.log(line)
      },
      signal,
    })
    await using show = await showDemo(demo, {
      port,
      onFailure: (fault, error) => {
        console.error(`  ✗ ${fault}: ${error instanceof Error ? error.message : 'failed'}`)
      },
    })
    console.log(describe(demo))
    console.log(`\nReady after ${Math.round((performance.now() - begun) / 1000)} s: ${show.url}`)
    console.log('Ctrl-C ends everything and leaves nothing behind.')
    await untilAborted(signal)
    console.log('\nStopping …')
  } catch (error) {
    if (signal.aborted) return
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

function describe({ world, parts }: Demo): string {
  const workers = [...parts].map(([region, { worker }]) => `  ${region.padEnd(11)} ${worker.url}`)
  return [
    describeWorld(world),
    '\nthe sample app, in workerd',
    ...workers,
    `\nLogs are in ${world.directory}/logs.`,
  ].join('\n')
}
