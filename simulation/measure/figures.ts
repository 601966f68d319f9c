/** A run as figures: what `--json` prints and the charts are drawn from. */
import type { Truth } from '../client/truth.ts'
import type { SimulationOptions } from '../options.ts'
import type { Database } from '../world/database.ts'
import type { Fault } from '../world/faults.ts'
import type { Redis, RedisCounts } from '../world/redis.ts'
import type { Wal } from '../world/wal.ts'
import type { Histogram } from './histogram.ts'
import { type Meter, sources } from './meter.ts'

/** What had been counted when the warming up was over. */
export interface Before {
  readonly redis: readonly (RedisCounts & { readonly busyMs: number })[]
  readonly databases: readonly {
    readonly reads: number
    readonly writes: number
    readonly busyMs: number
  }[]
}

export function countsOf(redises: readonly Redis[], databases: readonly Database[]): Before {
  return {
    redis: redises.map(({ counts, busyMs }) => ({ ...counts, busyMs })),
    databases: databases.map(({ reads, writes, station }) => ({
      reads,
      writes,
      busyMs: station.busyMs,
    })),
  }
}

export interface Outcome {
  readonly options: SimulationOptions
  readonly wal: Wal
  readonly meter: Meter
  readonly truth: Truth
  readonly redises: readonly Redis[]
  readonly databases: readonly Database[]
  readonly faults: readonly Fault[]
}

const CORES = 8

export type Figures = ReturnType<typeof toFigures>

export function toFigures(outcome: Outcome, before: Before) {
  const { options, wal, meter, truth, redises, databases, faults } = outcome
  const seconds = options.seconds - meter.fromMs / 1000
  const rate = (count: number): number => rounded(count / seconds)
  const after = countsOf(redises, databases)
  const nodes = after.databases.map((now, index) => ({
    isPrimary: databases[index]?.isPrimary === true,
    reads: now.reads - (before.databases[index]?.reads ?? 0),
    writes: now.writes - (before.databases[index]?.writes ?? 0),
    busyMs: now.busyMs - (before.databases[index]?.busyMs ?? 0),
  }))
  const wrote = nodes.filter(({ writes }) => writes > 0)
  const replicas = nodes.filter(({ isPrimary, writes }) => !isPrimary && writes === 0)
  const tables = after.redis.map((now, index) => {
    const then = before.redis[index]
    const since = (name: keyof RedisCounts): number => now[name] - (then?.[name] ?? 0)
    return {
      commands: since('commands'),
      lookups: since('lookups'),
      fills: since('fills'),
      tableReads: since('tableReads'),
      raises: since('raises'),
      tags: since('tags'),
      busyMs: now.busyMs - (then?.busyMs ?? 0),
    }
  })
  const perRedis = (name: keyof (typeof tables)[number]): number =>
    rate(sum(tables.map((each) => each[name])) / Math.max(1, tables.length))
  return {
    options,
    sessions: meter.sessions,
    operations: meter.operations,
    commits: wal.end,
    measured_seconds: rounded(seconds),
    reads_per_second: rate(meter.reads),
    writes_per_second: rate(meter.writes),
    reads_by_source: Object.fromEntries(
      sources.map((source) => [source, share(meter.bySource[source], meter.reads)]),
    ),
    local_read_ratio: share(meter.local, meter.reads),
    local_read_ratio_away_from_home: share(meter.localAway, meter.readsAway),
    latency_ms: byName(meter.latency, spread),
    staleness: {
      behind_home_ms: byName(meter.behind, (histogram) => ({
        ...spread(histogram),
        current: rounded(histogram.zeroShare),
      })),
      outdated_ms: { ...spread(meter.outdated), never: rounded(meter.outdated.zeroShare) },
      behind_cumulated: byName(meter.behind, (histogram) => histogram.cumulated()),
      outdated_cumulated: meter.outdated.cumulated(),
    },
    replica_lag_ms: spread(meter.lag),
    primary: {
      reads_per_second: rate(sum(wrote.map(({ reads }) => reads))),
      writes_per_second: rate(sum(wrote.map(({ writes }) => writes))),
      busy: share(sum(wrote.map(({ busyMs }) => busyMs)), seconds * 1000 * CORES),
    },
    replicas: {
      reads_per_second_mean: rate(sum(replicas.map(({ reads }) => reads)) / (replicas.length || 1)),
      reads_per_second_most: rate(Math.max(0, ...replicas.map(({ reads }) => reads))),
      busy_most: share(
        Math.max(0, ...replicas.map(({ busyMs }) => busyMs)),
        seconds * 1000 * CORES,
      ),
    },
    redis_per_region: {
      commands_per_second: perRedis('commands'),
      commands_per_second_most: rate(Math.max(0, ...tables.map(({ commands }) => commands))),
      lookups_per_second: perRedis('lookups'),
      fills_per_second: perRedis('fills'),
      table_reads_per_second: perRedis('tableReads'),
      raises_per_second: perRedis('raises'),
      tags_raised_per_second: perRedis('tags'),
      busy_most: share(Math.max(0, ...tables.map(({ busyMs }) => busyMs)), seconds * 1000),
    },
    attempts: Object.fromEntries(sorted(meter.tried)),
    failures: Object.fromEntries(sorted(meter.failures)),
    faults: faults.map(({ kind, where, from, to }) => ({
      kind,
      where,
      from_s: rounded(from / 1000),
      to_s: rounded(to / 1000),
    })),
    commits_lost: sum(wal.lost.map(({ from, to }) => to - from)),
    sessions_told_of_loss: meter.lostTold,
    violations: { ...truth.violations },
    first_violations: Object.fromEntries(truth.first),
    over_time: meter.overTime.map(({ reads, local, primary }, index) => ({
      second: rounded(((index + 0.5) * options.seconds) / meter.overTime.length),
      reads,
      local_ratio: share(local, reads),
      primary_ratio: share(primary, reads),
    })),
  }
}

/** Without what only the charts of a single run are drawn from. */
export function withoutCurves(figures: Figures): object {
  const { behind_home_ms, outdated_ms } = figures.staleness
  return { ...figures, over_time: undefined, staleness: { behind_home_ms, outdated_ms } }
}

function byName<Name extends string, T>(
  histograms: Readonly<Record<Name, Histogram>>,
  tell: (histogram: Histogram) => T,
): Record<string, T> {
  const told: Record<string, T> = {}
  for (const name in histograms) told[name] = tell(histograms[name])
  return told
}

function spread(histogram: Histogram) {
  return {
    mean: rounded(histogram.mean),
    p50: histogram.percentile(0.5),
    p95: histogram.percentile(0.95),
    p99: histogram.percentile(0.99),
    p999: histogram.percentile(0.999),
  }
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole)
}

/** Five digits are more than a model deserves. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
