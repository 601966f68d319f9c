/** Breaks one thing after the other, by the seed's dice. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { ConsistencyWorld } from './consistency-world.ts'
import { faults } from './faults.ts'
import type { Random } from './random.ts'

export interface FaultRecord {
  readonly name: string
  readonly begun: number
  readonly ended: number
}

const PAUSE_MS = { least: 200, most: 1500 }
const LENGTH_MS = { least: 100, most: 2500 }
const NOTHING_TO_BREAK_MS = 10

/**
 * Until the signal; then everything has been mended.
 *
 * @param only faults in whose name this stands
 * @param records where each is written down when it has been mended
 */
export async function makeTrouble(
  world: ConsistencyWorld,
  random: Random,
  only: string,
  signal: AbortSignal,
  records: FaultRecord[],
): Promise<void> {
  const wanted = Object.entries(faults).filter(([name]) => name.includes(only))
  let left: typeof wanted = []
  while (!signal.aborted) {
    // Each kind once before any comes again.
    if (left.length === 0) left = [...wanted]
    const [chosen] = left.splice(random.below(left.length), 1)
    if (!chosen) break
    const [name, fault] = chosen
    const length = within(random, LENGTH_MS)
    const begun = Date.now()
    try {
      const mend = await fault(world)
      if (!mend) {
        await pause(NOTHING_TO_BREAK_MS, signal)
        continue
      }
      await pause(length, signal)
      await mend()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'it failed'
      throw new Error(`${name}: ${reason}`, { cause })
    }
    records.push({ name, begun, ended: Date.now() })
    await pause(within(random, PAUSE_MS), signal)
  }
}

interface Range {
  readonly least: number
  readonly most: number
}

function within(random: Random, { least, most }: Range): number {
  return least + random.below(most - least)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
