/** What the gateway counts, in Prometheus' words. No label holds anything of a request but its status. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { ReadThroughWatch } from '../read-through/watch.ts'

export interface PoolCounts {
  readonly pools: number
  readonly connections: number
  readonly idle: number
  readonly waiting: number
}

export interface Surroundings {
  /** That may be asked for an answer, by their names. */
  readonly nodes: readonly string[]
  readonly isHome: boolean
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
    read: (source) => bySource[source].inc(),
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

  constructor(countPools: () => PoolCounts, { nodes, isHome }: Surroundings) {
    const registers = [this.#registry]
    new Gauge({
      name: 'tidegate_gateway_home',
      help: '1 where the primary is among the nodes: there it is the nearest for reads',
      registers,
    }).set(isHome ? 1 : 0)
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
        collect: (): void => gauge.set(countPools()[key]),
      })
    }
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
