/** From what was written down to what is told. */
import type { Region } from '../../src/topology/regions.ts'
import { type Figures, percentiles } from '../benchmark.ts'
import { judge, type Verdict } from './judge.ts'
import type { Operation, ReadOperation } from './operation.ts'

export interface LaneRecord {
  readonly strategy: string
  /** Reads to writes: `90/10`. */
  readonly mix: string
  readonly operations: readonly Operation[]
  /** Operations that ended with an error. */
  readonly failed: number
  /** Requests to the primary while it was measured, its writes among them. */
  readonly homeRequests: ReadonlyMap<Region, number>
}

interface Times {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface LaneFigures {
  readonly reads: number
  readonly writes: number
  readonly failed: number
  readonly readMs: ReadonlyMap<Region, Times>
  readonly writeMsP50: ReadonlyMap<Region, number>
  /** Of the reads of each region those that it served itself. */
  readonly localShare: ReadonlyMap<Region, number>
  /** The same away from home, where it takes something. */
  readonly localShareAway: number
  readonly cachedShare: number
  /** What the primary was asked beside writes, for each read; and by those away from home. */
  readonly homeQueriesPerRead: number
  readonly homeQueriesPerReadAway: number
  readonly verdict: Verdict
}

/** @param since what began earlier was to warm up */
export function laneFigures(lane: LaneRecord, home: Region, since: number): LaneFigures {
  const measured = lane.operations.filter(({ begun }) => begun >= since)
  const reads = measured.filter((each) => each.kind === 'read')
  const writes = measured.filter((each) => each.kind === 'write')
  const regions = [...lane.homeRequests.keys()]
  const byRegion = <T>(of: (region: Region) => T): ReadonlyMap<Region, T> =>
    new Map(regions.map((region) => [region, of(region)]))
  const homeQueries = (those: readonly Region[]): number => {
    const asked = those.reduce((sum, region) => sum + (lane.homeRequests.get(region) ?? 0), 0)
    const here = (each: Operation): boolean => those.includes(each.region)
    return (asked - writes.filter(here).length) / reads.filter(here).length
  }
  const away = regions.filter((region) => region !== home)
  return {
    reads: reads.length,
    writes: writes.length,
    failed: lane.failed,
    readMs: byRegion((region) => percentiles(inRegion(reads, region).map(took))),
    writeMsP50: byRegion((region) => percentiles(inRegion(writes, region).map(took)).p50),
    localShare: byRegion((region) => share(inRegion(reads, region), isLocal)),
    localShareAway: share(
      reads.filter(({ region }) => region !== home),
      isLocal,
    ),
    cachedShare: share(reads, ({ reading }) => reading.source === 'cache'),
    homeQueriesPerRead: homeQueries(regions),
    homeQueriesPerReadAway: homeQueries(away),
    verdict: judge(lane.operations, since),
  }
}

function inRegion<Each extends Operation>(all: readonly Each[], region: Region): readonly Each[] {
  return all.filter((each) => each.region === region)
}

function took({ begun, ended }: Operation): number {
  return ended - begun
}

function isLocal({ reading, region }: ReadOperation): boolean {
  return reading.region === region
}

function share<T>(all: readonly T[], is: (each: T) => boolean): number {
  return all.length === 0 ? Number.NaN : all.filter(is).length / all.length
}

/** As JSON tells it. */
export function toFigures(lane: LaneFigures): Figures {
  const { verdict } = lane
  return {
    reads: lane.reads,
    writes: lane.writes,
    failed: lane.failed,
    read_ms: perRegion(lane.readMs, ({ p50, p95, p99 }) => ({
      p50: rounded(p50),
      p95: rounded(p95),
      p99: rounded(p99),
    })),
    write_ms_p50: perRegion(lane.writeMsP50, rounded),
    local_share: { ...perRegion(lane.localShare, fine), away: fine(lane.localShareAway) },
    cached_share: fine(lane.cachedShare),
    primary_queries_per_read: fine(lane.homeQueriesPerRead),
    primary_queries_per_read_away: fine(lane.homeQueriesPerReadAway),
    session_reads: verdict.sessionReads,
    read_your_writes_violations: verdict.readYourWrites,
    monotonic_reads_violations: verdict.monotonicReads,
    bounded_reads: verdict.boundedReads,
    beyond_bound_reads: verdict.beyondBound,
  }
}

function perRegion<T>(map: ReadonlyMap<Region, T>, as: (value: T) => Figures | number): Figures {
  return Object.fromEntries([...map].map(([region, value]) => [region, as(value)]))
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

export function fine(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
