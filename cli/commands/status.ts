/** `tidegate status`: where everything stands; with `--watch` again and again. */
import { setTimeout as sleep } from 'node:timers/promises'

import { parseDurationMs } from '../../src/sql/outcome.ts'
import { command, configArgs, jsonArg, usageError } from '../command.ts'
import { loadConfig } from '../config/load.ts'
import { Observatory, type Status } from '../status/observe.ts'
import { renderStatus } from '../status/render.ts'
import { liveText } from '../terminal/live.ts'
import { painter } from '../terminal/paint.ts'

const LEAST_MS = 100

export const statusCommand = command({
  name: 'status',
  summary: 'Nodes, positions, lag, horizons, slots, caches, epochs; --watch keeps looking',
  args: {
    watch: { type: 'boolean', alias: 'w', description: 'Look again and again, until Ctrl-C' },
    every: { type: 'string', valueHint: 'time', default: '1s', description: 'How often' },
    ...configArgs,
    ...jsonArg,
  },
  async run(args, io) {
    const everyMs = parseDurationMs(args.every)
    if (everyMs === undefined || everyMs < LEAST_MS) {
      throw usageError(`--every: expected a time from ${LEAST_MS}ms, as 500ms or 2s`)
    }
    const config = await loadConfig(args, io)
    await using observatory = new Observatory(config)
    const paint = painter(io)
    if (!args.watch) {
      const status = await observatory.look()
      io.out(
        args.json ? `${JSON.stringify(status, null, 2)}\n` : `${renderStatus(status, paint)}\n`,
      )
      return isWell(status) ? 0 : 1
    }
    using live = liveText(io)
    let status: Status | undefined
    while (!io.signal.aborted) {
      status = await observatory.look()
      if (args.json) io.out(`${JSON.stringify(status)}\n`)
      else live.show(renderStatus(status, paint))
      await sleep(everyMs, undefined, { signal: io.signal }).catch(() => {})
    }
    return 0
  },
})

/** Everything could be asked. */
function isWell({ nodes, regions }: Status): boolean {
  return [...nodes, ...regions].every(({ unable }) => unable === undefined)
}
