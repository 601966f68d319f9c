/** What the gateway counts, in Prometheus' words. No label holds anything of a request but its status. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

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
  readonly cache: (() => CacheUse) | undefined
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'status'>
  readonly #byStatus = new Map<number, Counter.Internal>()
  readonly #seconds: Histogram
  readonly #outcomes: Counter<'outcome'>

  constructor({ pools, cache }: CountedParts) {
    const registers = [this.#registry]
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
    if (cache) countCache(cache, registers)
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
function countCache(use: () => CacheUse, registers: Registry[]): void {
  const lookups: Counter<'outcome' | 'detail'> = new Counter({
    name: 'tidegate_gateway_cache_lookups_total',
    help: 'What the cache said of reads: hit (by where), miss, stale, behind, bypass (by why)',
    labelNames: ['outcome', 'detail'],
    registers,
    collect: (): void => {
      lookups.reset()
      for (const { outcome, detail, count } of use().lookups)
        lookups.inc({ outcome, detail }, count)
    },
  })
  const fills: Counter<'outcome'> = new Counter({
    name: 'tidegate_gateway_cache_fills_total',
    help: 'Answers for the cache: filled, too large, slow, failed, resting',
    labelNames: ['outcome'],
    registers,
    collect: (): void => {
      fills.reset()
      for (const [outcome, count] of Object.entries(use().fills)) fills.inc({ outcome }, count)
    },
  })
}
