/** `tidegate consumer`, `gateway` and `agent`: the services, set up by the one configuration. */
import { once } from 'node:events'

import {
  readSettings,
  type Settings,
  settingsHelp,
} from '../../cdc-consumer/operations/settings.ts'
import { runProgram as runConsumer } from '../../cdc-consumer/program.ts'
import { startGatewayFrom } from '../../gateway/run.ts'
import { helpText } from '../../gateway/settings/help.ts'
import { variableOf } from '../../gateway/settings/resolve.ts'
import { NearTable } from '../../src/cache/index.ts'
import { type Command, command, configArgs } from '../command.ts'
import type { ConfiguredRegion } from '../config/config.ts'
import { environment, loadConfig, loadConfigIfAny } from '../config/load.ts'
import { servePage } from '../dashboard/serve.ts'
import { consumerSettings } from '../services/consumer-settings.ts'
import { type Environment, gatewayEnvironment } from '../services/gateway-environment.ts'
import { regionOf } from '../services/region-of.ts'

const args = {
  region: { type: 'string', valueHint: 'name', description: 'Whose service it is' },
  ...configArgs,
  json: { type: 'boolean', description: 'The log is lines of JSON anyway; for likeness only' },
} as const

export const consumerCommand: Command = command({
  name: 'consumer',
  summary: 'Run the consumer of a region: tail the WAL into its tide table',
  args,
  more: () => `Without a configuration it is set up by its environment alone; with one, these come over it,
from the variables or from "consumer" in the file:

${settingsHelp()}`,
  async run(given, io) {
    const config = await loadConfigIfAny(given, io)
    const settings = config
      ? consumerSettings(config, given.region)
      : readSettings(await environment(given, io))
    await runConsumer(settings, io.signal)
    return 0
  },
})

export const gatewayCommand: Command = command({
  name: 'gateway',
  summary: 'Run the gateway of a region: Postgres over HTTP in front of its nodes',
  args,
  more: () => `With a configuration it serves the nodes of the region; "gateway" in the file has more settings.

${helpText()}`,
  async run(given, io) {
    const config = await loadConfigIfAny(given, io)
    await using server = await startGatewayFrom(
      config ? gatewayEnvironment(config, given.region) : await environment(given, io),
    )
    if (!io.signal.aborted) await once(io.signal, 'abort')
    await server.stop()
    return 0
  },
})

export const agentCommand: Command = command({
  name: 'agent',
  summary: 'Run consumer and gateway of a region in one process',
  args,
  more: () => 'All settings: tidegate consumer --help, tidegate gateway --help.',
  async run(given, io) {
    const config = await loadConfig(given, io)
    const settings = consumerSettings(config, given.region)
    const ofGateway = gatewayEnvironment(config, given.region)
    // What the consumer raises the gateway knows at once, and judges its hits by it.
    const near = sharesTable(settings, ofGateway) ? new NearTable() : undefined
    await using page = config.dashboard
      ? await servePage(config, config.dashboard, regionOf(config, given.region, hasRedis).name)
      : undefined
    const { onQuery, onAgain } = page ?? {}
    await using server = await startGatewayFrom(ofGateway, { near, onQuery, onAgain })
    await runConsumer(settings, io.signal, { near })
    await server.stop()
    return 0
  },
})

function hasRedis({ redis }: ConfiguredRegion): boolean {
  return redis !== undefined
}

/** The environment may have given the gateway another one. */
function sharesTable({ redis, table }: Settings, gateway: Environment): boolean {
  return gateway[variableOf('redisUrl')] === redis && gateway[variableOf('tideTable')] === table
}
