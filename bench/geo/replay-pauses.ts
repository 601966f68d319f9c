/**
 * Why replicas lag in practice: now and then a standby's replay waits for a query that still needs what
 * the WAL takes away, or for a large transaction. Here it is told to, by the dice of a seed, and all
 * strategies read from it meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { Random } from '../../test/consistency/random.ts'

const PAUSE_MS = { least: 300, most: 3000 }
const BETWEEN_MS = { least: 6000, most: 18_000 }

export interface Pauses {
  count: number
  ms: number
}

/** Until the signal; then it replays. @param scale shortens everything, for a run that is short. */
export async function pauseNowAndThen(
  standby: PostgresNode,
  { seed, scale, signal }: { seed: number; scale: number; signal: AbortSignal },
): Promise<Pauses> {
  const random = new Random(seed)
  const pauses: Pauses = { count: 0, ms: 0 }
  const { least, most } = PAUSE_MS
  while (!signal.aborted) {
    const between = BETWEEN_MS.least + random.next() * (BETWEEN_MS.most - BETWEEN_MS.least)
    await wait(between * scale, signal)
    if (signal.aborted) break
    const begun = performance.now()
    await standby.pauseReplay()
    try {
      // Most are short and a few are long.
      await wait(least * (most / least) ** random.next() * scale, signal)
    } finally {
      await standby.resumeReplay()
    }
    pauses.count++
    pauses.ms += performance.now() - begun
  }
  return pauses
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
