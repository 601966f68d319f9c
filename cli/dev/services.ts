/** What runs in each region of a local world: consumer, gateway, and Redis over HTTP. */
import { randomBytes } from 'node:crypto'

import { runProgram as runConsumer } from '../../cdc-consumer/program.ts'
import { startGatewayFrom } from '../../gateway/run.ts'
import type { Address } from '../../infra/local/network/network.ts'
import type { World } from '../../infra/local/world.ts'
import { listen } from '../../redis-http/listen.ts'
import type { Region } from '../../src/topology/regions.ts'
import { Database } from '../reach/database.ts'
import { consumerSettings } from '../services/consumer-settings.ts'
import { gatewayEnvironment } from '../services/gateway-environment.ts'
import { setupPlan } from '../setup/plan.ts'
import { stateOf } from '../setup/state.ts'
import { worldConfig } from './world-config.ts'

export interface RegionServices {
  readonly region: Region
  readonly gateway: Address
  readonly redis: { readonly url: string; readonly token: string }
  /** Answers to `/sql` so far. */
  readonly answered: () => Promise<number>
}

/** As `tidegate setup --apply` does it. */
export async function setUp(world: World): Promise<void> {
  const config = worldConfig(world)
  const databases = config.nodes.map((node) => new Database(node))
  try {
    const states = await Promise.all(databases.map((database) => stateOf(database, config)))
    const { steps } = setupPlan(config, states, { wanted: false, password: undefined })
    for (const step of steps) await step.run()
  } finally {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
  }
}

export class Services implements AsyncDisposable {
  readonly regions: readonly RegionServices[]
  readonly #end: AbortController
  readonly #parts: AsyncDisposableStack

  private constructor(
    regions: readonly RegionServices[],
    end: AbortController,
    parts: AsyncDisposableStack,
  ) {
    this.regions = regions
    this.#end = end
    this.#parts = parts
  }

  static async start(world: World): Promise<Services> {
    const end = new AbortController()
    await using parts = new AsyncDisposableStack()
    const regions: RegionServices[] = []
    for (const { name } of world.regions) regions.push(await startRegion(world, name, end, parts))
    return new Services(regions, end, parts.move())
  }

  of(region: Region): RegionServices {
    const found = this.regions.find((each) => each.region === region)
    if (!found) throw new Error(`There is no region ${region}`)
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    await this.#parts.disposeAsync()
  }
}

async function startRegion(
  world: World,
  region: Region,
  end: AbortController,
  parts: AsyncDisposableStack,
): Promise<RegionServices> {
  const config = worldConfig(world, region)
  const consuming = runConsumer(consumerSettings(config, region), end.signal)
  // It recovers from what fails by itself; what it cannot is seen by its tide, which stands still.
  consuming.catch(() => {})
  parts.defer(async () => {
    end.abort()
    await consuming.catch(() => {})
  })
  const server = parts.use(await startGatewayFrom(gatewayEnvironment(config, region)))
  const token = randomBytes(18).toString('base64url')
  const store = world.region(region).redis.url()
  const redis = parts.use(await listen({ redisUrl: store, port: 0, tokens: [token] }))
  return {
    region,
    gateway: await world.expose(region, server.port),
    redis: { url: redis.url, token },
    answered: async () => await answersOf(server.port),
  }
}

/** What a gateway counts as answered. */
export async function answersOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  let sum = 0
  for (const line of (await response.text()).split('\n')) {
    const [, count] = /^tidegate_gateway_requests_total\{.*\} (\d+)$/.exec(line) ?? []
    sum += Number(count ?? 0)
  }
  return sum
}
