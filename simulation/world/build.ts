/** A world from the options: its history, its databases, its consumers, and what will go wrong. */
import type { Region } from '../../src/topology/regions.ts'
import { Dice } from '../engine/dice.ts'
import type { Interval } from '../engine/intervals.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import type { SimulationOptions } from '../options.ts'
import { Consumer } from './consumer.ts'
import { Database } from './database.ts'
import { Failover, type Fault, heirs, planFaults } from './faults.ts'
import { layOut, type Site } from './geography.ts'
import { Network } from './network.ts'
import { Redis } from './redis.ts'
import { Replay } from './replay.ts'
import { Names } from './tags.ts'
import { Wal } from './wal.ts'

const HEARTBEAT_MS = 250

export class World {
  readonly options: SimulationOptions
  readonly time: VirtualTime
  readonly sites: readonly Site[]
  readonly home: Region
  readonly faults: readonly Fault[]
  readonly wal: Wal
  readonly names: Names
  readonly network: Network
  /** The primary first, as it is when the world begins. */
  readonly databases: readonly Database[]
  /** By region; a region without a database has none. */
  readonly redises: ReadonlyMap<Region, Redis>

  constructor(options: SimulationOptions, time: VirtualTime) {
    const { rows, lists, nodes, seconds } = options
    this.options = options
    this.time = time
    this.sites = layOut(options.regions, nodes)
    this.home = this.sites[0]?.region ?? 'iad'
    const places = this.sites.flatMap(({ region, nodes: count }) =>
      Array.from({ length: count }, (_, index) => ({ region, name: `${region}-${index + 1}` })),
    )
    this.faults = options.faults
      ? planFaults(
          this.dice('faults'),
          seconds * 1000,
          this.sites.map(({ region }) => region),
          places.slice(1).map(({ name }) => name),
        )
      : []
    this.wal = new Wal(rows, lists)
    this.names = new Names(rows, lists)
    const alone = this.#whereAndWhen('region alone')
    this.network = new Network(this.dice('network'), options.distance, alone)
    const stalls = this.#whereAndWhen('replica stalled')
    this.databases = places.map(({ region, name }, index) =>
      this.#database(region, name, index === 0, stalls.get(name) ?? []),
    )
    this.redises = this.#startConsumers()
    this.every(HEARTBEAT_MS, () => this.primary.write(undefined, () => {}))
    const failover = new Failover(time, this.wal, this.databases)
    for (const fault of this.faults) if (fault.kind === 'primary replaced') failover.plan(fault)
  }

  dice(name: string): Dice {
    return new Dice(this.options.seed, name)
  }

  get primary(): Database {
    const primary = this.databases.find(({ isPrimary }) => isPrimary)
    if (!primary) throw new Error('There is always a primary')
    return primary
  }

  every(ms: number, run: () => void): void {
    this.time.at(this.time.now + ms, () => {
      run()
      this.every(ms, run)
    })
  }

  /** What stands in the topology of a region's clients, as an app with many nodes would write it. */
  knownFrom(region: Region): readonly Database[] {
    const { databases, network, options } = this
    const others = databases
      .filter((each) => each.region !== region)
      .toSorted((a, b) => network.wayMs(region, a.region) - network.wayMs(region, b.region))
    const chosen = new Set([...heirs(databases), ...others.slice(0, options.reach)])
    return databases.filter(
      (each, index) => index === 0 || each.region === region || chosen.has(each),
    )
  }

  #database(
    region: Region,
    name: string,
    isPrimary: boolean,
    stalls: readonly Interval[],
  ): Database {
    const { wal, network, home, time } = this
    const replay = new Replay({
      wal,
      network,
      dice: this.dice(`replay ${name}`),
      home,
      region,
      stalls,
    })
    return new Database({ name, region, time, wal, dice: this.dice(name), replay, isPrimary })
  }

  #startConsumers(): ReadonlyMap<Region, Redis> {
    const { time, wal, names, network, options } = this
    const { maxTags } = options
    const redises = new Map<Region, Redis>()
    for (const { region } of this.sites) {
      const [first, ...others] = this.databases.filter((each) => each.region === region)
      if (!options.cache || !first) continue
      const cacheBytes = options.cacheMegabytes * 1024 * 1024
      const dice = this.dice(`redis ${region}`)
      const redis = new Redis({ region, time, network, dice, cacheBytes })
      redises.set(region, redis)
      const primary = (): Database => this.primary
      const nodes: [Database, ...Database[]] = [first, ...others]
      new Consumer({ time, wal, redis, names, nodes, primary, maxTags }).start(redises.size)
    }
    return redises
  }

  #whereAndWhen(kind: Fault['kind']): ReadonlyMap<string, readonly Interval[]> {
    const places = new Map<string, Interval[]>()
    for (const { kind: its, where, from, to } of this.faults) {
      if (its !== kind) continue
      places.set(where, [...(places.get(where) ?? []), { from, to }])
    }
    return places
  }
}
