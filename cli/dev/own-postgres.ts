/**
 * A Postgres that one has already, as an app at the edge would reach it from far away: a gateway in
 * front of it, and the distance between. Nothing is changed in it, so there is no replica to lag.
 */
import { startGatewayFrom } from '../../gateway/run.ts'
import { Network } from '../../infra/local/network/network.ts'
import { parseDurationMs } from '../../src/sql/outcome.ts'
import type { Region } from '../../src/topology/regions.ts'
import { type Config, readConfig } from '../config/config.ts'
import { gatewayEnvironment } from '../services/gateway-environment.ts'
import { answersOf } from './services.ts'
import { DEV_TOKEN_KEY } from './world-config.ts'

export interface OwnPostgresOptions {
  /** The variable that holds its connection string. */
  readonly variable: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: Region
  readonly from: Region
  readonly distanceScale: number
}

export const OWN_ORDERS = `distance TIME     a round trip to home takes so long: distance 200ms
cut               no way to home
heal              and there is one again
quit              end everything`

export class OwnPostgres implements AsyncDisposable {
  readonly config: Config
  readonly vars: Readonly<Record<string, string>>
  readonly answered: () => Promise<number>
  readonly #network: Network
  readonly #options: OwnPostgresOptions
  readonly #stop: () => Promise<void>

  private constructor(
    options: OwnPostgresOptions,
    config: Config,
    network: Network,
    gateway: { readonly port: number; readonly stop: () => Promise<void> },
    vars: Readonly<Record<string, string>>,
  ) {
    this.#options = options
    this.config = config
    this.vars = vars
    this.#network = network
    this.#stop = gateway.stop
    this.answered = async () => await answersOf(gateway.port)
  }

  static async start(options: OwnPostgresOptions): Promise<OwnPostgres> {
    const { variable, env, home, from, distanceScale } = options
    const config = readConfig(
      {
        primary: { region: home, url: { env: variable } },
        gateway: { listenHost: '127.0.0.1', listenPort: 0, logLevel: 'silent' },
      },
      { [variable]: env[variable] },
    )
    const { primary } = config
    const url = primary.url.read()
    const server = await startGatewayFrom(gatewayEnvironment(config, home))
    const network = new Network([home, from], distanceScale)
    const address = await network.expose(home, server.port)
    const vars = {
      REGION: from,
      PRIMARY_NAME: primary.name,
      PRIMARY_REGION: home,
      PRIMARY_URL: url,
      PRIMARY_GATEWAY: `http://127.0.0.1:${address.port(from)}/sql`,
      REPLICAS: '[]',
      TIDES: '[]',
      TOKEN_KEYS: DEV_TOKEN_KEY,
      MODE: 'development',
    }
    return new OwnPostgres(options, config, network, server, vars)
  }

  async obey(line: string): Promise<string | undefined> {
    const { home, from } = this.#options
    const link = this.#network.link(home, from)
    const [order = '', value = ''] = line.trim().split(/\s+/)
    if (order === 'quit' || order === 'q') return await Promise.resolve(undefined)
    if (order === 'cut' || order === 'heal') {
      link[order]()
      return `${from} is ${order === 'cut' ? 'cut off from' : 'connected to'} ${home}`
    }
    if (order !== 'distance') return order === '' ? '' : OWN_ORDERS
    const ms = parseDurationMs(value)
    if (ms === undefined) return 'distance: expected a time, as 200ms'
    link.set({ latencyMs: ms / 2 })
    return `a round trip from ${from} to ${home} takes ${ms} ms`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#network.close()
    await this.#stop()
  }
}
