/** Events as lines of a log. What a server said is left out, but for its code: it may quote data. */
import type { Logger } from 'pino'

import { isTidegateError } from '../../src/errors.ts'
import { formatLsn } from '../../src/tide/lsn.ts'
import type { ConsumerEvent } from '../events.ts'

export function logEvent(log: Logger, event: ConsumerEvent): void {
  switch (event.name) {
    case 'raised':
      if (event.floorCauses.length > 0) {
        log.warn({ causes: event.floorCauses, floor: lsn(event.floor?.lsn) }, 'raised the floor')
      } else {
        log.trace({ tags: event.tags, horizon: lsn(event.horizon?.lsn) }, 'raised')
      }
      break
    case 'source-chosen':
      log.info({ source: event.source, reason: event.reason }, 'chose where to read the WAL')
      break
    case 'streaming':
      log.info(
        {
          source: event.source,
          node: event.node,
          timeline: event.timeline,
          confirmed: lsn(event.confirmed),
        },
        'streaming',
      )
      break
    case 'stream-ended':
      log.warn({ problem: event.problem, sqlState: event.sqlState }, 'the stream ended')
      break
    case 'raise-failed':
      log.warn({ error: nameOf(event.error) }, 'could not raise the tide table')
      break
    case 'foreign-write':
      log.error('the subscriber was written to by others than home')
      break
    case 'slot-alarm':
      log.error({ retainedBytes: event.retainedBytes }, 'the slot keeps too much WAL')
      break
    case 'slot-given-up':
      log.fatal({ retainedBytes: event.retainedBytes }, 'gave the slot up to spare the disk')
      break
    case 'history-changed':
      log.warn({ epoch: event.epoch }, 'a promotion has begun a new history')
      break
    case 'leading':
      log.info(event.isLeading ? 'beats for all' : 'does not beat any more')
      break
    case 'beat-failed':
      log.warn({ error: nameOf(event.error) }, 'could not beat')
      break
    case 'node-unknown':
      log.debug({ node: event.node, reason: event.reason }, 'a node tells no position')
      break
    case 'catalog-published':
      log.info({ hash: event.hash, relations: event.relations }, 'published the catalog')
      break
    case 'compacted':
      log.info({ removed: event.removed }, 'removed old tags')
      break
    case 'failed':
      log.warn({ error: nameOf(event.error) }, `failed at ${event.what}`)
      break
    case 'pressure':
    case 'beat':
    case 'node-polled':
    case 'slot-measured':
      break
  }
}

function lsn(value: Parameters<typeof formatLsn>[0] | undefined): string | undefined {
  return value === undefined ? undefined : formatLsn(value)
}

function nameOf(error: unknown): string {
  if (isTidegateError(error)) return error.message
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}
