/**
 * The same options and the same crowd in the local world: real Postgres, Redis, consumers and SDK, links
 * as long as the real ones, real time. To see in what the simulation is wrong.
 */
import { Redis } from 'ioredis'
import { types } from 'pg'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import { pgDriver } from '../../src/drivers/node/pg.ts'
import { isTidegateError } from '../../src/errors.ts'
import type { Region } from '../../src/topology/regions.ts'
import { consumerProcess } from '../../test/support/consumer/consumer-process.ts'
import { makeSlot } from '../../test/support/consumer/region-consumer.ts'
import { withSetup } from '../../test/support/consumer/schema.ts'
import { Crowd, type CrowdWatcher } from '../client/crowd.ts'
import type { CrowdTime, Source } from '../client/edge.ts'
import { Dice } from '../engine/dice.ts'
import type { Comparable } from '../measure/comparable.ts'
import { Histogram } from '../measure/histogram.ts'
import type { SimulationOptions } from '../options.ts'
import { layOut } from '../world/geography.ts'
import { LocalEdge, schemaFor } from './local-edge.ts'

const WARM_UP = 0.2
const SLOT = 'simulation'

export interface LocalRun {
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

function standbys(count: number): { nodes: 'standby'[] } {
  return { nodes: Array.from({ length: count }, () => 'standby' as const) }
}

function share(part: number, whole: number): number {
  return Number((part / Math.max(1, whole)).toFixed(4))
}

export async function runLocally(
  options: SimulationOptions,
  { signal, onProgress }: LocalRun,
): Promise<Comparable> {
  const { regions, nodes, rows, lists, seconds, isolates, seed } = options
  const sites = layOut(regions, nodes)
  const [home, ...others] = sites
  if (!home) throw new Error('There is a home')
  await using world = await startWorld({
    home: home.region,
    regions: Object.fromEntries([
      [home.region, standbys(home.nodes - 1)],
      ...others.map((site) => [site.region, standbys(site.nodes)] as const),
    ]),
    schema: withSetup(schemaFor(rows, lists)),
    distanceScale: options.distance,
    onProgress: ({ part, state }) => state === 'ready' && onProgress(part),
    signal,
  })
  await using stack = new AsyncDisposableStack()
  const edges: (readonly [LocalEdge, ...LocalEdge[]])[] = []
  for (const { region, nodes: count } of sites) {
    let redis: Redis | undefined
    if (options.cache && count > 0) {
      await startConsumer(world, region)
      onProgress(`consumer of ${region}`)
      redis = new Redis(world.region(region).redis.url())
      stack.defer(() => redis?.disconnect())
    }
    const place = (node: PostgresNode): { name: string; region: string; url: string } => ({
      name: node.name,
      region: node.region,
      url: node.url(region),
    })
    const replicas = world.databases.nodes.filter((node) => node !== world.primary).map(place)
    const driver = pgDriver()
    stack.defer(async () => await driver.end())
    const primary = place(world.primary)
    const one = (): LocalEdge =>
      new LocalEdge({ region, redis, driver, types, primary, replicas, rows, lists })
    edges.push([one(), ...Array.from({ length: isolates - 1 }, one)])
  }
  const time = new WallTime()
  const meter = new LocalMeter(home.region, WARM_UP * seconds * 1000)
  new Crowd<string>({
    ...options,
    time,
    dice: new Dice(seed, 'crowd'),
    sites,
    edges,
    // What the product may not do is for the consistency checker to find, in this world.
    truth: { read: () => {}, wrote: () => {} },
    watcher: meter,
    durationMs: seconds * 1000,
    isRefusal: (error): error is Error => isTidegateError(error),
  }).start()
  onProgress(`${options.sessions} sessions in ${seconds} s`)
  await time.pass(seconds * 1000, signal)
  return meter.figures()
}

async function startConsumer(world: World, region: Region): Promise<void> {
  const source = world.region(region).nodes[0] ?? world.primary
  await makeSlot(world, source, SLOT)
  const name = `consumer-${region}`
  const consumer = await consumerProcess(world, { name, source, slot: SLOT })
  consumer.process.spawn()
  await consumer.ready()
}

/** Real time, until it is over: then nobody is woken any more. */
class WallTime implements CrowdTime {
  readonly #begun = performance.now()
  readonly #failed = Promise.withResolvers<never>()
  #isOver = false

  get now(): number {
    return performance.now() - this.#begun
  }

  wakeAt(time: number, run: () => void): void {
    setTimeout(() => {
      if (!this.#isOver) run()
    }, time - this.now).unref()
  }

  fail(error: unknown): void {
    if (!this.#isOver) this.#failed.reject(error)
  }

  async pass(ms: number, signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>()
    const timer = setTimeout(ended.resolve, ms)
    signal.addEventListener('abort', () => ended.resolve())
    try {
      await Promise.race([ended.promise, this.#failed.promise])
    } finally {
      this.#isOver = true
      clearTimeout(timer)
    }
    signal.throwIfAborted()
  }
}

class LocalMeter implements CrowdWatcher {
  readonly #home: Region
  readonly #fromMs: number
  readonly #bySource = new Map<Source, number>()
  readonly #reads = new Histogram()
  readonly #writes = new Histogram()
  #away = 0
  #local = 0
  #failures = 0

  constructor(home: Region, fromMs: number) {
    this.#home = home
    this.#fromMs = fromMs
  }

  began(): void {}

  told(): void {}

  figures(): Comparable {
    const reads = this.#reads.total
    return {
      reads,
      local_read_ratio_away_from_home: share(this.#local, this.#away),
      reads_by_source: Object.fromEntries(
        [...this.#bySource].map(([source, count]) => [source, share(count, reads)]),
      ),
      read_p50_ms: this.#reads.percentile(0.5),
      read_p95_ms: this.#reads.percentile(0.95),
      write_p50_ms: this.#writes.percentile(0.5),
      failures: this.#failures,
    }
  }

  failed(): void {
    this.#failures++
  }

  wrote(_: Region, begun: number, ended: number): void {
    if (begun >= this.#fromMs) this.#writes.add(ended - begun)
  }

  read(from: Region, { read, begun }: Parameters<CrowdWatcher['read']>[1], ended: number): void {
    if (begun < this.#fromMs) return
    this.#reads.add(ended - begun)
    this.#bySource.set(read.source, (this.#bySource.get(read.source) ?? 0) + 1)
    if (from === this.#home) return
    this.#away++
    if (read.region === from) this.#local++
  }
}
