/** One run: a world and its users, until their time is over. */
import { DriverError } from '../src/drivers/driver-error.ts'
import { TimeUp, Unserved } from '../src/gate/gate.ts'
import { Crowd } from './client/crowd.ts'
import { Isolate, type Rules, RULES } from './client/isolate.ts'
import { Line } from './client/line.ts'
import { Truth } from './client/truth.ts'
import { VirtualTime } from './engine/virtual-time.ts'
import { countsOf, type Figures, toFigures } from './measure/figures.ts'
import { Meter } from './measure/meter.ts'
import type { SimulationOptions } from './options.ts'
import { World } from './world/build.ts'
import type { Site } from './world/geography.ts'

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
  const time = new VirtualTime()
  const world = new World(options, time)
  const { wal, databases, home } = world
  const redises = [...world.redises.values()]
  const durationMs = options.seconds * 1000
  const meter = new Meter(wal, home, WARM_UP * durationMs, durationMs)
  const truth = new Truth(wal)
  new Crowd({
    ...options,
    time,
    dice: world.dice('crowd'),
    sites: world.sites,
    edges: world.sites.map((site) => isolatesOf(site, world, rules)),
    isRefusal,
    truth,
    watcher: meter,
    durationMs,
  }).start()

  world.every(LAG_SAMPLE_MS, () => {
    for (const { isPrimary, isDown, replay } of databases) {
      if (isPrimary || isDown) continue
      const missing = wal.after(replay.appliedBy(time.now))
      meter.lag.add(missing ? time.now - missing.at : 0)
    }
  })
  let before = countsOf(redises, databases)
  time.at(meter.fromMs, () => (before = countsOf(redises, databases)))

  await time.run(durationMs, {
    signal,
    onProgress: (now) => onProgress({ share: now / durationMs, events: time.events }),
  })
  return toFigures({ options, wal, meter, truth, redises, databases, faults: world.faults }, before)
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Unserved || error instanceof TimeUp || error instanceof DriverError
}

function isolatesOf(
  { region }: Site,
  world: World,
  rules: Rules,
): readonly [Isolate, ...Isolate[]] {
  const { time, network, names } = world
  const databases = world.knownFrom(region)
  const byName = new Map(databases.map((each) => [each.name, each]))
  const isList = (thing: number): boolean => names.isList(thing)
  const driver = new Line({ region, time, network, databases: byName, isList })
  const redis = world.redises.get(region)
  const shared = { region, time, network, databases, names, driver, redis, rules }
  const one = (number: number): Isolate => {
    const dice = world.dice(`isolate ${region} ${number}`)
    return new Isolate({ ...world.options, ...shared, dice })
  }
  const more = Array.from({ length: world.options.isolates - 1 }, (_, index) => one(index + 1))
  return [one(0), ...more]
}
