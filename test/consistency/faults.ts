/** What goes wrong while the sessions run: by the seed's dice, one thing after the other. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { ConsistencyWorld } from './consistency-world.ts'
import type { Random } from './random.ts'

export interface FaultRecord {
  readonly name: string
  readonly begun: number
  readonly ended: number
}

/** Makes it, and gives what mends it. */
type Mend = () => Promise<void> | void

type Fault = (world: ConsistencyWorld) => Promise<Mend>
/** Of consumers that are processes of their own. */
type ConsumerFault = (
  consumers: NonNullable<ConsistencyWorld['consumers']>,
  world: ConsistencyWorld,
) => Promise<Mend>

function ofConsumers(fault: ConsumerFault): Fault {
  return async (world) => (world.consumers ? await fault(world.consumers, world) : () => {})
}

export const HELD_COMMITS = 'commits wait for a standby that is not there'

export const faults: Readonly<Record<string, Fault>> = {
  'standby stands still': async ({ standby }) => {
    await standby.pauseReplay()
    return async () => await standby.resumeReplay()
  },
  'standby replays late': async ({ standby }) => {
    await standby.delayReplay(200)
    return async () => await standby.delayReplay(0)
  },
  'subscriber stands still': async ({ subscriber }) => {
    await subscriber.pauseReplay()
    return async () => await subscriber.resumeReplay()
  },
  'standby is frozen': async ({ standby }) => {
    standby.freeze()
    return await Promise.resolve(() => standby.thaw())
  },
  'standby is killed': async ({ standby }) => {
    await standby.kill()
    return async () => await standby.start()
  },
  'link to fra is cut': async ({ world }) => {
    const link = world.link('iad', 'fra')
    link.cut()
    return await Promise.resolve(() => link.heal())
  },
  'link to syd is silent': async ({ world }) => {
    const link = world.link('iad', 'syd')
    link.cut({ how: 'stall' })
    return await Promise.resolve(() => link.heal())
  },
  'link to fra is slow': async ({ world }) => {
    const link = world.link('iad', 'fra')
    link.set({ latencyMs: 300 }, { from: 'iad' })
    return await Promise.resolve(() => link.set({ latencyMs: 0 }, { from: 'iad' }))
  },
  'consumer of fra is frozen': ofConsumers(async ({ fra }) => {
    fra.freeze()
    return await Promise.resolve(() => fra.thaw())
  }),
  'consumer of fra is killed': ofConsumers(async ({ fra }) => {
    await fra.kill()
    return () => fra.spawn()
  }),
  'consumer of syd is killed': ofConsumers(async ({ syd }) => {
    await syd.kill()
    return () => syd.spawn()
  }),
  'redis of fra is emptied': async ({ world }) => {
    await world.region('fra').redis.flush()
    return () => {}
  },
  'redis of fra is restarted empty': async ({ world }) => {
    await world.region('fra').redis.restart()
    return () => {}
  },
  'redis of syd is frozen': async ({ world }) => {
    world.region('syd').redis.freeze()
    return await Promise.resolve(() => world.region('syd').redis.thaw())
  },
  'slot of fra is lost': ofConsumers(async ({ fra }, { dropSlot, makeSlot }) => {
    await fra.kill()
    await dropSlot('fra')
    return async () => {
      await makeSlot('fra')
      fra.spawn()
    }
  }),
  [HELD_COMMITS]: async ({ world }) => {
    await world.primary.set({ synchronous_standby_names: 'nobody' })
    return async () => await world.primary.set({ synchronous_standby_names: null })
  },
  'schema changes': async ({ world }) => {
    await world.primary.query('create or replace view register_keys as select key from register')
    return async () => {
      await world.primary.query('drop view register_keys')
    }
  },
}

const PAUSE_MS = { least: 200, most: 1500 }
const LENGTH_MS = { least: 100, most: 2500 }

/** Until the signal; then everything has been mended. */
export async function makeTrouble(
  world: ConsistencyWorld,
  random: Random,
  signal: AbortSignal,
): Promise<readonly FaultRecord[]> {
  const records: FaultRecord[] = []
  let left: string[] = []
  while (!signal.aborted) {
    // Each kind once before any comes again.
    if (left.length === 0) left = Object.keys(faults)
    const [name = ''] = left.splice(random.below(left.length), 1)
    const fault = faults[name]
    if (!fault) continue
    const begun = Date.now()
    const mend = await fault(world)
    await pause(random, LENGTH_MS, signal)
    await mend()
    records.push({ name, begun, ended: Date.now() })
    await pause(random, PAUSE_MS, signal)
  }
  return records
}

async function pause(
  random: Random,
  { least, most }: { readonly least: number; readonly most: number },
  signal: AbortSignal,
): Promise<void> {
  await sleep(least + random.below(most - least), undefined, { signal }).catch(() => {})
}
