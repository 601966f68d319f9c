/**
 * The cluster's history as its servers keep it. An epoch is a timeline: every consumer in every
 * region then gives the same history the same number, and none has to be told by another.
 *
 * @see https://www.postgresql.org/docs/18/protocol-replication.html#PROTOCOL-REPLICATION-TIMELINE-HISTORY
 */
import type { Client } from 'pg'

import { assertHistory, type EndedEpoch, type History } from '../../src/tide/history.ts'
import { parseLsn } from '../../src/tide/lsn.ts'

/** @param client a replication connection; the first timeline has no history file. */
export async function readTimelineHistory(client: Client, timeline: number): Promise<History> {
  if (timeline === 1) return { ended: [], current: 1 }
  const { rows } = await client.query<{ content: string | Buffer }>(`TIMELINE_HISTORY ${timeline}`)
  return parseTimelineHistory(String(rows[0]?.content ?? ''), timeline)
}

/** Each line: a timeline, where it was left, and why. */
export function parseTimelineHistory(text: string, timeline: number): History {
  const ended = text.split('\n').flatMap((line): EndedEpoch[] => {
    const [, epoch, lsn] = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line) ?? []
    return epoch === undefined || lsn === undefined
      ? []
      : [{ epoch: Number(epoch), endedAt: parseLsn(lsn) }]
  })
  const history = { ended, current: timeline }
  assertHistory(history)
  return history
}
