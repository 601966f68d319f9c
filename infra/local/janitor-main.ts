/** Waits for its input to end, which happens when the owner of the world ends, and then sweeps. */
import { text } from 'node:stream/consumers'

import { sweep } from './janitor.ts'

// Whoever ends the owner with a signal to the whole group must not end the sweep with it.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})

await sweep(await text(process.stdin))
