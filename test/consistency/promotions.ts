/** Failovers: the primary is lost, its standby is promoted, and the former primary comes back. */
import { setTimeout as sleep } from 'node:timers/promises'

import { until } from '../../infra/local/until.ts'
import { parseLsn } from '../../src/tide/lsn.ts'
import { type ConsistencyWorld, protectSubscriber, regions } from './consistency-world.ts'
import type { Fork } from './history.ts'

interface Promotion {
  /** What is acknowledged in this time before the end of the former primary is lost with it. */
  readonly cutOffMs: number
  /** So long the former primary goes on beside its heir, for those who reach it. */
  readonly besideMs: number
}

/** @returns what has the former primary come back, as a standby of its heir */
export async function promote(
  consistency: ConsistencyWorld,
  { cutOffMs, besideMs }: Promotion,
): Promise<() => Promise<void>> {
  const { world, forks, subscriber } = consistency
  const { databases } = world
  const [former, heir] = [world.primary, consistency.standby]
  const link = world.link(former.region, heir.region)
  // As an operator has to: otherwise the subscriber is filled anew, and reads of any age show how.
  await until(`the slot of ${subscriber.name} on its heir`, async () => {
    const slots = await heir.query(
      'select from pg_replication_slots where slot_name = $1 and synced and not temporary',
      [subscriber.subscription],
    )
    return slots.length > 0
  })
  const begun = Date.now()
  if (cutOffMs > 0 || besideMs > 0) link.cut()
  await sleep(cutOffMs)
  if (besideMs === 0) await former.kill()
  await databases.promote(heir)
  const forkedAt = await findFork(consistency)
  const ended = Date.now()
  if (besideMs > 0) {
    await sleep(besideMs)
    await former.kill()
  }
  forks.push({ ...forkedAt, begun, ended, formerGone: Date.now() })
  link.heal()
  await protectSubscriber(world)
  await consistency.ensureSlot('iad')
  return async () => {
    await databases.rejoin(former)
    await protectSubscriber(world)
    for (const region of regions) await consistency.ensureSlot(region)
  }
}

/** As the heir itself has written it down. */
async function findFork({ world }: ConsistencyWorld): Promise<Pick<Fork, 'epoch' | 'at'>> {
  const [row] = await world.primary.query<{ timeline: string; forks: string }>(
    `select timeline, pg_read_file('pg_wal/' || timeline || '.history') as forks
     from substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) as timeline`,
  )
  const lines = row?.forks.split('\n').filter((line) => /^\d/.test(line)) ?? []
  const [, lsn = ''] = lines.at(-1)?.split('\t') ?? []
  return { epoch: Number.parseInt(row?.timeline ?? '', 16), at: parseLsn(lsn) }
}
