/** What can go wrong while the sessions run, and how it is mended. */
import { removeSlot } from '../support/consumer/region-consumer.ts'
import type { ConsistencyWorld, WorldRegion } from './consistency-world.ts'
import { promote } from './promotions.ts'
import { slotOf } from './services.ts'

/** Makes it, and gives what mends it; `undefined` where there is nothing to break, or not now. */
export type Fault = (world: ConsistencyWorld) => Promise<Mend | undefined>
type Mend = () => Promise<void> | void

interface Breakable {
  freeze(): void
  thaw(): void
  kill(): Promise<void>
  spawn(): void
}

type Part = 'consumers' | 'gateways' | 'workers'

function frozen(part: Part, region: WorldRegion): Fault {
  return async (world) => {
    const process: Breakable | undefined = world[part].get(region)?.process
    process?.freeze()
    return await Promise.resolve(process && (() => process.thaw()))
  }
}

function killed(part: Part, region: WorldRegion): Fault {
  return async (world) => {
    const process: Breakable | undefined = world[part].get(region)?.process
    await process?.kill()
    return process && (() => process.spawn())
  }
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
  'primary is frozen': async ({ world: { primary } }) => {
    primary.freeze()
    return await Promise.resolve(() => primary.thaw())
  },
  'primary is killed': async ({ world: { primary } }) => {
    await primary.kill()
    return async () => await primary.start()
  },
  'link from iad to fra is cut': async ({ world }) => {
    const link = world.link('iad', 'fra')
    link.cut()
    return await Promise.resolve(() => link.heal())
  },
  'link from iad to syd is silent': async ({ world }) => {
    const link = world.link('iad', 'syd')
    link.cut({ how: 'stall' })
    return await Promise.resolve(() => link.heal())
  },
  'link from iad to fra is silent one way': async ({ world }) => {
    const link = world.link('iad', 'fra')
    link.cut({ how: 'stall', from: 'fra' })
    return await Promise.resolve(() => link.heal())
  },
  'link from iad to fra is slow': async ({ world }) => {
    const link = world.link('iad', 'fra')
    link.set({ latencyMs: 300 }, { from: 'iad' })
    return await Promise.resolve(() => link.set({ latencyMs: 0 }, { from: 'iad' }))
  },
  'consumer of fra is frozen': frozen('consumers', 'fra'),
  'consumer of fra is killed': killed('consumers', 'fra'),
  'consumer of syd is killed': killed('consumers', 'syd'),
  'consumer of iad is frozen': frozen('consumers', 'iad'),
  'gateway of fra is frozen': frozen('gateways', 'fra'),
  'gateway of iad is killed': killed('gateways', 'iad'),
  'gateway of syd is killed': killed('gateways', 'syd'),
  'worker of fra is killed': killed('workers', 'fra'),
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
  'slot of fra is lost': async (world) => {
    const consumer = world.consumers.get('fra')?.process
    if (!consumer) return undefined
    await consumer.kill()
    const isLost = await removeSlot(world.sourceOf('fra'), slotOf('fra')).then(
      () => true,
      () => false,
    )
    if (!isLost) {
      // Somebody holds it for longer than a fault may take.
      consumer.spawn()
      return undefined
    }
    return async () => {
      await world.ensureSlot('fra')
      consumer.spawn()
    }
  },
  [HELD_COMMITS]: async ({ world: { primary } }) => {
    await primary.set({ synchronous_standby_names: 'nobody' })
    return async () => await primary.set({ synchronous_standby_names: null })
  },
  'schema changes': async ({ world: { primary } }) => {
    await primary.query('create or replace view register_keys as select key from register')
    return async () => {
      await primary.query('drop view if exists register_keys')
    }
  },
  'primary is killed, its standby promoted': async (world) =>
    await promote(world, { cutOffMs: 0, besideMs: 0 }),
  'primary is lost with what its standby lacks, which is promoted': async (world) =>
    await promote(world, { cutOffMs: 300, besideMs: 0 }),
  'standby is promoted while the former primary goes on': async (world) =>
    await promote(world, { cutOffMs: 0, besideMs: 700 }),
}
