/** What can be broken in the demo, and how it is mended. */
import type { FaultShape, FaultState } from '../../dashboard/shapes.ts'
import type { Region } from '../../src/topology/regions.ts'
import type { PostgresNode } from '../local/postgres/node.ts'
import type { Demo } from './demo.ts'
import { ensureSlot } from './services.ts'

interface Fault extends FaultShape {
  readonly break: () => Promise<void> | void
  readonly mend?: () => Promise<void> | void
  readonly isFit?: () => boolean
  /** What has to be mended before. */
  readonly needs?: readonly string[]
}

export class Faults {
  readonly #faults: ReadonlyMap<string, Fault>
  readonly #states = new Map<string, FaultState['state']>()
  readonly #onFailure: (id: string, error: unknown) => void

  constructor(demo: Demo, onFailure: (id: string, error: unknown) => void) {
    this.#faults = new Map(faultsOf(demo).map((fault) => [fault.id, fault]))
    this.#onFailure = onFailure
  }

  get shapes(): FaultShape[] {
    return [...this.#faults.values()].map(({ id, label, undo, watch }) =>
      undo === undefined ? { id, label, watch } : { id, label, undo, watch },
    )
  }

  get states(): FaultState[] {
    return [...this.#faults.values()].map((fault) => ({
      id: fault.id,
      state: this.#stateOf(fault),
    }))
  }

  set(id: string, on: boolean): boolean {
    const fault = this.#faults.get(id)
    if (!fault) return false
    const state = this.#stateOf(fault)
    if (state === 'working' || state === 'unfit') return false
    if ((on && state === 'on') || (!on && state === 'off')) return false
    void this.#change(fault, on)
    return true
  }

  #stateOf({ id, isFit }: Fault): FaultState['state'] {
    const state = this.#states.get(id) ?? 'off'
    return state === 'off' && isFit?.() === false ? 'unfit' : state
  }

  async #change(fault: Fault, on: boolean): Promise<void> {
    this.#states.set(fault.id, 'working')
    try {
      for (const id of fault.needs ?? []) {
        const other = this.#faults.get(id)
        if (other && this.#states.get(id) === 'on') await this.#change(other, false)
      }
      await (on ? fault.break() : fault.mend?.())
      this.#states.set(fault.id, on && fault.mend ? 'on' : 'off')
    } catch (error) {
      this.#states.set(fault.id, 'failed')
      this.#onFailure(fault.id, error)
    }
  }
}

function faultsOf(demo: Demo): Fault[] {
  const { world } = demo
  return [
    pause(nodeIn(demo, 'fra'), 'Frankfurt', 'Reads of Frankfurt’s writers move to Virginia.'),
    pause(nodeIn(demo, 'syd'), 'Sydney', 'A comment from Sydney is read in Virginia, not lost.'),
    cut(demo, 'syd', 'Sydney', 'Sydney goes on reading what it has, and cannot write.'),
    cut(demo, 'fra', 'Frankfurt', 'Frankfurt goes on reading what it has, and cannot write.'),
    {
      id: 'consumer-syd',
      label: 'Kill Sydney’s consumer',
      undo: 'Start Sydney’s consumer again',
      watch: 'Sydney’s horizon stands still; reads go on, and none is wrong.',
      break: async () => await demo.part('syd').consumer.process.kill(),
      mend: async () => await demo.part('syd').consumer.start(),
    },
    {
      id: 'flush-syd',
      label: 'Flush Sydney’s Redis',
      watch: 'An empty table means “trust nothing”; the consumer raises the floor and goes on.',
      break: async () => await world.region('syd').redis.flush(),
    },
    {
      id: 'promote-fra',
      label: 'Lose Virginia, promote Frankfurt',
      undo: 'Give Virginia its place back',
      watch: 'A new history begins, and writes find the new primary.',
      needs: ['pause-fra', 'pause-syd', 'cut-fra', 'cut-syd'],
      break: async () => {
        await world.databases.caughtUp()
        await world.primary.kill()
        await world.databases.promote(nodeIn(demo, 'fra'))
        await ensureSlots(demo)
      },
      mend: async () => {
        const [virginia, frankfurt] = [nodeIn(demo, 'iad'), nodeIn(demo, 'fra')]
        await world.databases.rejoin(virginia)
        await world.databases.caughtUp()
        await frankfurt.kill()
        await world.databases.promote(virginia)
        await world.databases.rejoin(frankfurt)
        await ensureSlots(demo)
      },
    },
  ]
}

function nodeIn({ world }: Demo, region: Region): PostgresNode {
  const [node] = world.region(region).nodes
  if (!node) throw new Error(`There is no database in ${region}`)
  return node
}

async function ensureSlots({ world }: Demo): Promise<void> {
  for (const { name } of world.regions) await ensureSlot(world, name)
}

function pause(node: PostgresNode, city: string, watch: string): Fault {
  return {
    id: `pause-${node.region}`,
    label: `Pause ${city}’s replica`,
    undo: `Let ${city}’s replica go on`,
    watch,
    isFit: () => node.role !== 'primary',
    break: async () => await node.pauseReplay(),
    mend: async () => await node.resumeReplay(),
  }
}

function cut({ world }: Demo, region: Region, city: string, watch: string): Fault {
  const link = world.link(world.home, region)
  return {
    id: `cut-${region}`,
    label: `Cut the link Virginia–${city}`,
    undo: `Heal the link Virginia–${city}`,
    watch,
    break: () => link.cut(),
    mend: () => link.heal(),
  }
}
