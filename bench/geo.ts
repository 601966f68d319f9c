/** Ways to read from a replica near the user, side by side: how fast, how much of it at home, and how wrong. */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Region } from '../src/topology/regions.ts'
import type { Benchmark, Figures } from './benchmark.ts'
import { chart } from './geo/chart.ts'
import { fine, laneFigures, type LaneFigures, rounded, toFigures } from './geo/figures.ts'
import { away, GeoWorld, HomeRequests, regions } from './geo/geo-world.ts'
import { type GeoOptions, optionTexts, readOptions } from './geo/options.ts'
import { readPage, writePage } from './geo/page.ts'
import { pauseNowAndThen } from './geo/replay-pauses.ts'
import { strategies } from './geo/strategies.ts'
import type { Visitor } from './geo/strategy.ts'
import { geoTable } from './geo/table.ts'
import { Lane, WITHIN_MS } from './geo/workload.ts'

/** The share of operations that write, by what the mix is called. */
const mixes: Readonly<Record<string, number>> = { '90/10': 0.1, '99/1': 0.01 }

/** For connections, compiled code and learnt latencies; longer than the longest pause of a replica. */
const WARM_UP_S = 10

interface RunningLane {
  readonly strategy: string
  readonly mix: string
  readonly lane: Lane
  readonly requests: ReadonlyMap<Region, HomeRequests>
}

export interface MeasuredLane {
  readonly strategy: string
  readonly mix: string
  readonly figures: LaneFigures
}

export const geo: Benchmark = {
  summary: 'ways to read from a near replica: how fast, how much at home, how often wrong',
  options: optionTexts,
  amongAll: { seconds: '90' },
  compared: {
    tidegate_violations: { better: 'lower', kind: 'exact' },
    tidegate_local_share: { better: 'higher', kind: 'ratio' },
    tidegate_p50_to_random_replica: { better: 'lower', kind: 'ratio' },
    cache_p50_to_random_replica: { better: 'lower', kind: 'ratio' },
  },
  run: async (log, texts) => {
    const options = readOptions(texts)
    // Before it has measured for minutes.
    const page = options.page === undefined ? undefined : await readPage(options.page)
    const lanesPlanned = options.strategies.length * Object.keys(mixes).length
    await using world = await GeoWorld.start({
      items: options.items * lanesPlanned,
      distanceScale: options.distanceScale,
      edgeMs: options.edgeMs,
      onProgress: log,
    })
    const { measured, pauses } = await measure(world, options, log)
    if (options.chart) await draw(options.chart, measured, options)
    const figures = { ...settingsOf(options), ...pauses, ...resultOf(measured) }
    if (page) await writePage(page, figures)
    return figures
  },
  show: geoTable,
}

async function draw(
  file: string,
  measured: readonly MeasuredLane[],
  { seconds, sessions, edgeMs }: GeoOptions,
): Promise<void> {
  const picture = chart(measured, {
    home: 'iad',
    title: 'Reads away from home, by where they are sent',
    caption: `Home in iad. ${seconds} s, ${sessions} sessions of each kind in each region at once; ${edgeMs} ms between an app and its own region.`,
  })
  await writeFile(file, picture)
}

async function measure(
  world: GeoWorld,
  options: GeoOptions,
  log: (line: string) => void,
): Promise<{ readonly measured: readonly MeasuredLane[]; readonly pauses: Figures }> {
  const { seconds, seed } = options
  const ending = new AbortController()
  const { signal } = ending
  const lanes = await makeLanes(world, options, signal)
  // A short run has short pauses, and as many.
  const scale = Math.min(1, seconds / 60)
  const working = Promise.all(lanes.map(async ({ lane }) => await lane.run()))
  const pausing = Promise.all(
    world.standbys.map(async (standby, index) => {
      return await pauseNowAndThen(standby, { seed: seed + index, scale, signal })
    }),
  )
  await sleep(WARM_UP_S * 1000 * scale)
  for (const { requests } of lanes) for (const each of requests.values()) each.count = 0
  const since = performance.now()
  const idleBefore = performance.eventLoopUtilization()
  for (let second = 0; second < seconds; second++) {
    await sleep(1000)
    if ((second + 1) % 15 === 0) log(`${second + 1} s, ${operationsOf(lanes)} operations`)
  }
  const { utilization } = performance.eventLoopUtilization(idleBefore)
  const counts = lanes.map(
    ({ requests }) => new Map([...requests].map(([region, { count }]) => [region, count])),
  )
  ending.abort()
  await working
  const pauses = (await pausing).flat()
  const measured = lanes.map(({ strategy, mix, lane }, index): MeasuredLane => {
    const failed = lane.failures.filter(({ begun }) => begun >= since).length
    const homeRequests = counts[index] ?? new Map<Region, number>()
    const record = { strategy, mix, failed, homeRequests, operations: lane.operations }
    return { strategy, mix, figures: laneFigures(record, world.world.home, since) }
  })
  for (const { strategy, lane } of lanes) {
    for (const { error } of lane.failures.slice(0, 1)) log(`${strategy}: ${String(error)}`)
  }
  return {
    measured,
    pauses: {
      replay_pauses: pauses.reduce((sum, { count }) => sum + count, 0),
      replay_paused_share: fine(
        pauses.reduce((sum, { ms }) => sum + ms, 0) /
          (pauses.length * (seconds + WARM_UP_S * scale) * 1000),
      ),
      // Beyond nine tenths of the time the figures would be those of this process.
      load_process_busy_share: fine(utilization),
    },
  }
}

async function makeLanes(
  world: GeoWorld,
  { strategies: names, seed, items, sessions }: GeoOptions,
  signal: AbortSignal,
): Promise<readonly RunningLane[]> {
  const lanes: RunningLane[] = []
  for (const [mix, writes] of Object.entries(mixes)) {
    for (const strategy of names) {
      const requests = new Map<Region, HomeRequests>()
      const visitors = new Map<Region, () => Visitor>()
      for (const region of regions) {
        const counted = new HomeRequests()
        const open = strategies[strategy]?.open(await world.edge(region, counted))
        if (!open) throw new Error(`There is no strategy ${strategy}`)
        requests.set(region, counted)
        visitors.set(region, open)
      }
      const firstItem = items * lanes.length
      const lane = new Lane({ seed, writes, items, firstItem, sessions, visitors, signal })
      lanes.push({ strategy, mix, lane, requests })
    }
  }
  return lanes
}

function operationsOf(lanes: readonly RunningLane[]): number {
  return lanes.reduce((sum, { lane }) => sum + lane.operations.length, 0)
}

function settingsOf(options: GeoOptions): Figures {
  const { seconds, sessions, seed, items, edgeMs, distanceScale } = options
  return {
    seconds,
    sessions,
    seed,
    items,
    edge_ms: edgeMs,
    distance_scale: distanceScale,
    bound_ms: WITHIN_MS,
  }
}

/** Every strategy's figures, and what they come to. */
function resultOf(measured: readonly MeasuredLane[]): Figures {
  const byStrategy: Record<string, Record<string, Figures>> = {}
  for (const { strategy, mix, figures } of measured) {
    byStrategy[strategy] = { ...byStrategy[strategy], [mix]: toFigures(figures) }
  }
  return { ...comparisons(measured), strategies: byStrategy }
}

/** What was promised, of the mix with more writes; none where a strategy was left out. */
function comparisons(measured: readonly MeasuredLane[]): Figures {
  const of = (name: string): LaneFigures | undefined =>
    measured.find(({ strategy, mix }) => strategy === name && mix === '90/10')?.figures
  const [bare, ours, cached] = [of('random-replica'), of('tidegate'), of('tidegate+cache')]
  const violations = measured
    .filter(({ strategy }) => strategy.startsWith('tidegate'))
    .map(({ figures: { verdict } }) => {
      return verdict.readYourWrites + verdict.monotonicReads + verdict.beyondBound
    })
  return {
    ...(violations.length > 0 && {
      tidegate_violations: violations.reduce((sum, count) => sum + count, 0),
    }),
    ...(ours && { tidegate_local_share: fine(ours.localShareAway) }),
    ...(ours && bare && { tidegate_p50_to_random_replica: rounded(p50Ratio(ours, bare, regions)) }),
    // At home there is no replica to be compared with.
    ...(cached && bare && { cache_p50_to_random_replica: rounded(p50Ratio(cached, bare, away)) }),
  }
}

/** The worst of these regions. */
function p50Ratio(ours: LaneFigures, theirs: LaneFigures, among: readonly Region[]): number {
  return Math.max(...among.map((region) => p50Of(ours, region) / p50Of(theirs, region)))
}

function p50Of({ readMs }: LaneFigures, region: Region): number {
  return readMs.get(region)?.p50 ?? Number.NaN
}
