/** One run: a world from the options, until its time is over. */
import { Crowd } from './client/crowd.ts'
import { Isolate, type Rules, RULES } from './client/isolate.ts'
import { Line } from './client/line.ts'
import { Truth } from './client/truth.ts'
import { Dice } from './engine/dice.ts'
import type { Region } from '../src/topology/regions.ts'
import type { Interval } from './engine/intervals.ts'
import { VirtualTime } from './engine/virtual-time.ts'
import { countsOf, type Figures, toFigures } from './measure/figures.ts'
import { Meter } from './measure/meter.ts'
import type { SimulationOptions } from './options.ts'
import { Consumer } from './world/consumer.ts'
import { Database } from './world/database.ts'
import { Failover, type Fault, heirs, planFaults } from './world/faults.ts'
import { layOut } from './world/geography.ts'
import { Network } from './world/network.ts'
import { Redis } from './world/redis.ts'
import { Replay } from './world/replay.ts'
import { Names } from './world/tags.ts'
import { Wal } from './world/wal.ts'

const HEARTBEAT_MS = 250
const LAG_SAMPLE_MS = 1000
/** Until caches are warm. */
const WARM_UP = 0.2

export interface Progress {
  readonly share: number
  readonly events: number
}

export interface RunOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
  /** Of the product, to see that the truth notices when they are broken. */
  readonly rules?: Rules
}

export async function simulate(
  options: SimulationOptions,
  { signal, onProgress, rules = RULES }: RunOptions,
): Promise<Figures> {
  const { seed, seconds, rows, lists, cacheMegabytes } = options
  const durationMs = seconds * 1000
  const time = new VirtualTime()
  const dice = (name: string): Dice => new Dice(seed, name)
  const sites = layOut(options.regions, options.nodes)
  const [{ region: home }] = sites
  const places = sites.flatMap(({ region, nodes }) =>
    Array.from({ length: nodes }, (_, index) => ({ region, name: `${region}-${index + 1}` })),
  )
  const faults = options.faults
    ? planFaults(
        dice('faults'),
        durationMs,
        sites.map(({ region }) => region),
        places.slice(1).map(({ name }) => name),
      )
    : []
  const wal = new Wal(rows, lists)
  const names = new Names(rows, lists)
  const network = new Network(dice('network'), options.distance, byPlace(faults, 'region alone'))
  const stalls = byPlace(faults, 'replica stalled')
  const databases = places.map(({ region, name }, index) => {
    const stalled = stalls.get(name) ?? []
    const replay = new Replay({ wal, network, dice: dice(`replay ${name}`), home, region, stalls: stalled })
    return new Database({ name, region, time, wal, dice: dice(name), replay, isPrimary: index === 0 })
  })
  const byName = new Map(databases.map((each) => [each.name, each]))
  const primary = (): Database | undefined => databases.find(({ isPrimary }) => isPrimary)

  const redises: Redis[] = []
  const isolates = sites.map(({ region }) => {
    const [first, ...others] = databases.filter((each) => each.region === region)
    let redis: Redis | undefined
    if (options.cache && first) {
      const cacheBytes = cacheMegabytes * 1024 * 1024
      redis = new Redis({ region, time, network, dice: dice(`redis ${region}`), cacheBytes })
      redises.push(redis)
      const nodes: [Database, ...Database[]] = [first, ...others]
      const { maxTags } = options
      new Consumer({ time, wal, redis, names, nodes, primary, maxTags }).start(redises.length)
    }
    const known = knownFrom(region, databases, network, options.reach)
    const driver = new Line({ region, time, network, databases: byName, isList: (thing) => names.isList(thing) })
    const one = (number: number): Isolate =>
      new Isolate({
        region,
        time,
        dice: dice(`isolate ${region} ${number}`),
        network,
        databases: known,
        names,
        driver,
        redis,
        rules,
      })
    const more = Array.from({ length: options.isolates - 1 }, (_, index) => one(index + 1))
    return [one(0), ...more] as const
  })

  const meter = new Meter(wal, home, WARM_UP * durationMs, durationMs)
  const truth = new Truth(wal)
  const { sessions, operations, writes, zipf } = options
  new Crowd({
    time,
    dice: dice('crowd'),
    sites,
    isolates,
    truth,
    watcher: meter,
    rows,
    lists,
    zipf,
    writes,
    sessions,
    operations,
    durationMs,
  }).start()

  const every = (ms: number, run: () => void): void => {
    time.at(time.now + ms, () => {
      run()
      every(ms, run)
    })
  }
  every(HEARTBEAT_MS, () => primary()?.write(undefined, () => {}))
  every(LAG_SAMPLE_MS, () => {
    for (const each of databases) {
      if (each.isPrimary || each.isDown) continue
      const missing = wal.after(each.replay.appliedBy(time.now))
      meter.lag.add(missing ? time.now - missing.at : 0)
    }
  })
  const failover = new Failover(time, wal, databases)
  for (const fault of faults) if (fault.kind === 'primary replaced') failover.plan(fault)
  let before = countsOf(redises, databases)
  time.at(meter.fromMs, () => (before = countsOf(redises, databases)))

  await time.run(durationMs, {
    signal,
    onProgress: (now) => onProgress({ share: now / durationMs, events: time.events }),
  })
  return toFigures({ options, wal, meter, truth, redises, databases, faults }, before)
}

/** What stands in the topology of a region's clients, as an app with many nodes would write it. */
function knownFrom(
  region: Region,
  databases: readonly Database[],
  network: Network,
  reach: number,
): readonly Database[] {
  const [first] = databases
  const others = databases
    .filter((each) => each.region !== region)
    .toSorted((a, b) => network.wayMs(region, a.region) - network.wayMs(region, b.region))
  const chosen = new Set([...heirs(databases), ...others.slice(0, reach)])
  return databases.filter(
    (each) => each === first || each.region === region || chosen.has(each),
  )
}

function byPlace<Place extends string>(
  faults: readonly Fault[],
  kind: Fault['kind'],
): Map<string, Interval[]> {
  const places = new Map<string, Interval[]>()
  for (const { kind: its, where, from, to } of faults) {
    if (its !== kind) continue
    places.set(where, [...(places.get(where) ?? []), { from, to }])
  }
  return places
}
