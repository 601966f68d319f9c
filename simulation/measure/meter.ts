/** What came of it: where answers came from, how old they were, what it cost. */
import type { Region } from '../../src/topology/regions.ts'
import type { CrowdWatcher } from '../client/crowd.ts'
import type { Source } from '../client/edge.ts'
import type { Answered } from '../client/truth.ts'
import type { Wal } from '../world/wal.ts'
import { Histogram } from './histogram.ts'

export const sources = [
  'memory',
  'redis',
  'stale',
  'replica',
  'primary',
] as const satisfies readonly Source[]

/** So many points in charts over time. */
const POINTS = 60

export class Meter implements CrowdWatcher {
  readonly #wal: Wal
  readonly #pointMs: number
  /** What comes before is warming up: promises are judged, figures are not taken. */
  readonly fromMs: number
  readonly home: string
  sessions = 0
  operations = 0
  readonly bySource: Record<Source, number> = {
    memory: 0,
    redis: 0,
    stale: 0,
    replica: 0,
    primary: 0,
  }
  reads = 0
  local = 0
  readsAway = 0
  localAway = 0
  writes = 0
  lostTold = 0
  readonly failures = new Map<string, number>()
  readonly tried = new Map<string, number>()
  readonly latency: Record<Source | 'all' | 'write', Histogram> = {
    all: new Histogram(),
    write: new Histogram(),
    memory: new Histogram(),
    redis: new Histogram(),
    stale: new Histogram(),
    replica: new Histogram(),
    primary: new Histogram(),
  }
  /** How far behind home an answer was when it was asked for; of reads that take any, apart. */
  readonly behind: Record<Source | 'any', Histogram> = {
    memory: new Histogram(),
    redis: new Histogram(),
    stale: new Histogram(),
    replica: new Histogram(),
    primary: new Histogram(),
    any: new Histogram(),
  }
  /** For how long what was answered had not been true any more: 0 for nearly all. */
  readonly outdated = new Histogram()
  readonly lag = new Histogram()
  readonly overTime: { reads: number; local: number; primary: number }[]

  constructor(wal: Wal, home: string, fromMs: number, durationMs: number) {
    this.#wal = wal
    this.home = home
    this.fromMs = fromMs
    this.#pointMs = durationMs / POINTS
    this.overTime = Array.from({ length: POINTS }, () => ({ reads: 0, local: 0, primary: 0 }))
  }

  began(): void {
    this.sessions++
  }

  told(): void {
    this.lostTold++
  }

  failed(kind: 'read' | 'write', error: Error): void {
    bump(this.failures, `${kind}: ${error.name}`)
  }

  wrote(_: Region, begun: number, ended: number): void {
    this.operations++
    if (begun < this.fromMs) return
    this.writes++
    this.latency.write.add(ended - begun)
  }

  read(from: Region, answered: Answered, ended: number): void {
    const { read, begun } = answered
    this.operations++
    const isLocal = read.region === from
    const point = this.overTime[Math.floor(ended / this.#pointMs)]
    if (point) {
      point.reads++
      if (isLocal) point.local++
      if (read.source === 'primary') point.primary++
    }
    if (begun < this.fromMs) return
    this.reads++
    this.bySource[read.source]++
    if (isLocal) this.local++
    if (from !== this.home) {
      this.readsAway++
      if (isLocal) this.localAway++
    }
    for (const { outcome } of read.tried) bump(this.tried, outcome)
    this.latency.all.add(ended - begun)
    this.latency[read.source].add(ended - begun)
    this.#age(answered)
  }

  #age({ thing, read, begun, freshness }: Answered): void {
    const { source, version, snapshot, through } = read
    const next = this.#wal.successor(thing, version)
    this.outdated.add(next && next.shownAt < begun ? begun - next.shownAt : 0)
    const reached = through ? this.#wal.numberOf(through) : snapshot
    const missing = source === 'primary' ? undefined : this.#wal.after(reached)
    const behind = missing && missing.shownAt < begun ? begun - missing.shownAt : 0
    this.behind[freshness === 'any' ? 'any' : source].add(behind)
  }
}

function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
