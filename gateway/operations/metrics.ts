/** What the gateway counts, in Prometheus' words. No label holds anything of a request but its status. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { ReadThroughWatch } from '../read-through/watch.ts'

export interface PoolCounts {
  readonly pools: number
  readonly connections: number
  readonly idle: number
  readonly waiting: number
}

/** What the cache said, and how often. */
export interface CacheUse {
  readonly lookups: readonly CacheLookups[]
  /** Answers that came for it, by what became of them. */
  readonly fills: Readonly<Record<string, number>>
}

export interface CacheLookups {
  readonly outcome: 'hit' | 'miss' | 'stale' | 'behind' | 'bypass'
  /** Of a hit where it was, of a bypass why. */
  readonly detail: string
  readonly count: number
}

export interface CountedParts {
  readonly pools: () => PoolCounts
  /** `undefined`: there is no cache. */
  readonly cache: () => CacheUse | undefined
  /** That may be asked for an answer, by their names. */
  readonly nodes: readonly string[]
  readonly isHome: () => boolean
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/** All begin with 0: of what has never happened, a rate is to be 0 as well. */
function watchReads(registers: Registry[], nodes: readonly string[]): ReadThroughWatch {
  const reads = new Counter({
    name: 'tidegate_gateway_reads_total',
    help: 'Reads by where they were answered: cache, replica, primary',
    labelNames: ['source'],
    registers,
  })
  const bySource = {
    cache: reads.labels({ source: 'cache' }),
    replica: reads.labels({ source: 'replica' }),
    primary: reads.labels({ source: 'primary' }),
  }
  const lost = new Counter({
    name: 'tidegate_gateway_lost_writes_total',
    help: 'Requests of sessions whose writes went down with a former primary: yes, maybe',
    labelNames: ['certainty'],
    registers,
  })
  const breakers = new Counter({
    name: 'tidegate_gateway_breaker_opens_total',
    help: 'Times that a node had failed so often that it was left alone for a while',
    labelNames: ['node'],
    registers,
  })
  for (const source of Object.values(bySource)) source.inc(0)
  for (const certainty of ['yes', 'maybe']) lost.inc({ certainty }, 0)
  for (const node of nodes) breakers.inc({ node }, 0)
  return {
    queried: ({ kind, tide }) => {
      if (kind === 'read' && tide) bySource[tide.source].inc()
    },
    again: () => bySource.cache.inc(),
    lostWrites: (certainty) => lost.inc({ certainty }),
    breakerOpened: (node) => breakers.inc({ node }),
  }
}

export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'status'>
  readonly #byStatus = new Map<number, Counter.Internal>()
  readonly #seconds: Histogram
  readonly #outcomes: Counter<'outcome'>
  /** What the SDK does here, where the gateway answers with it. */
  readonly readThrough: ReadThroughWatch

  constructor({ pools, cache, nodes, isHome }: CountedParts) {
    const registers = [this.#registry]
    const home: Gauge = new Gauge({
      name: 'tidegate_gateway_home',
      help: '1 where the primary is among the nodes: there it is the nearest for reads',
      registers,
      collect: () => home.set(isHome() ? 1 : 0),
    })
    this.#requests = new Counter({
      name: 'tidegate_gateway_requests_total',
      help: 'Answers to POST /sql by HTTP status',
      labelNames: ['status'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'tidegate_gateway_request_seconds',
      help: 'From the head of a request to its answer',
      buckets: SECONDS,
      registers,
    })
    this.#outcomes = new Counter({
      name: 'tidegate_gateway_not_run_total',
      help: 'Requests of which nothing ran: behind, overloaded, unreachable',
      labelNames: ['outcome'],
      registers,
    })
    this.readThrough = watchReads(registers, nodes)
    const gauges: readonly [string, string, keyof PoolCounts][] = [
      ['tidegate_gateway_pools', 'Credentials with a pool', 'pools'],
      ['tidegate_gateway_connections', 'Connections to Postgres', 'connections'],
      ['tidegate_gateway_connections_idle', 'Connections that nobody uses', 'idle'],
      ['tidegate_gateway_waiting', 'Requests that wait for a connection', 'waiting'],
    ]
    for (const [name, help, key] of gauges) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: (): void => gauge.set(pools()[key]),
      })
    }
    countCache(cache, registers)
  }

  answered(status: number, ms: number): void {
    let requests = this.#byStatus.get(status)
    if (!requests) {
      requests = this.#requests.labels({ status })
      this.#byStatus.set(status, requests)
    }
    requests.inc()
    this.#seconds.observe(ms / 1_000)
  }

  notRun(outcome: string): void {
    this.#outcomes.inc({ outcome })
  }

  async render(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}

/** They are counted where they happen; here they are read when somebody looks. */
function countCache(use: () => CacheUse | undefined, registers: Registry[]): void {
  const lookups: Counter<'outcome' | 'detail'> = new Counter({
    name: 'tidegate_gateway_cache_lookups_total',
    help: 'What the cache said of reads: hit (by where), miss, stale, behind, bypass (by why)',
    labelNames: ['outcome', 'detail'],
    registers,
    collect: (): void => {
      lookups.reset()
      for (const { outcome, detail, count } of use()?.lookups ?? []) {
        lookups.inc({ outcome, detail }, count)
      }
    },
  })
  const fills: Counter<'outcome'> = new Counter({
    name: 'tidegate_gateway_cache_fills_total',
    help: 'Answers for the cache: filled, too large, slow, failed, resting',
    labelNames: ['outcome'],
    registers,
    collect: (): void => {
      fills.reset()
      for (const [outcome, count] of Object.entries(use()?.fills ?? {})) {
        fills.inc({ outcome }, count)
      }
    },
  })
}
