/** The consumer as a program, from its settings to its last line in the log. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { Redis } from 'ioredis'
import { pino } from 'pino'

import { ioredisCommands } from '../src/cache/redis/ioredis.ts'
import type { NearTable } from '../src/cache/tide-table/near-table.ts'
import { RedisTable } from '../src/cache/tide-table/redis-table.ts'
import { Consumer } from './consumer.ts'
import { HealthRecord } from './operations/health.ts'
import { operationsServer } from './operations/http.ts'
import { logEvent } from './operations/log.ts'
import { ConsumerMetrics } from './operations/metrics.ts'
import type { Settings } from './operations/settings.ts'

export interface ProgramParts {
  /** Of the readers that are in this process. */
  readonly near?: NearTable | undefined
}

/** Runs until `signal`, then finishes what was read. */
export async function runProgram(
  settings: Settings,
  signal: AbortSignal,
  parts: ProgramParts = {},
): Promise<void> {
  const { redis: url, table: name, slot = 'tidegate', drainMs, host, port, logLevel } = settings
  const log = pino({ level: logLevel ?? 'info', base: null })
  const record = new HealthRecord()
  const metrics = new ConsumerMetrics()
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
  // Each raise that fails tells of it.
  redis.on('error', () => {})

  const consumer = new Consumer({
    ...settings,
    ...parts,
    slot,
    table: new RedisTable(ioredisCommands(redis), { name }),
    onEvent: (event) => {
      record.note(event)
      metrics.note(event)
      logEvent(log, event)
    },
  })
  const server = operationsServer(record, metrics.registry)
  server.listen(port, host)
  await once(server, 'listening')
  log.info({ port: portOf(server.address()) }, 'serves health and metrics')

  const running = consumer.run()
  if (!signal.aborted) await once(signal, 'abort')
  log.info('ends')
  await consumer.drain(drainMs)
  await running
  redis.disconnect()
  server.closeAllConnections()
  server.close()
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === 'object' && address !== null ? address.port : undefined
}
