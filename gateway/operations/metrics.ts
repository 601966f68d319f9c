/** What the gateway counts, in Prometheus' words. No label holds anything of a request but its status. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface PoolCounts {
  readonly pools: number
  readonly connections: number
  readonly idle: number
  readonly waiting: number
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'status'>
  readonly #byStatus = new Map<number, Counter.Internal>()
  readonly #seconds: Histogram
  readonly #outcomes: Counter<'outcome'>

  constructor(countPools: () => PoolCounts) {
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
