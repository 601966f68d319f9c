/** The gateway as a program: from the environment to a server, until it is told to end. */
import { pino } from 'pino'

import { createGateway, type GatewayOptions } from './gateway.ts'
import { type GatewayServer, serve } from './http/server.ts'
import { watchHistoryFile } from './positions/history-file.ts'
import { settingsFrom } from './settings/resolve.ts'

/** Starts one by the settings of the environment. Whoever calls it stops it. */
export async function startGatewayFrom(
  environment: Readonly<Record<string, string | undefined>>,
  parts: Pick<GatewayOptions, 'near' | 'onQuery' | 'onAgain'> = {},
): Promise<GatewayServer> {
  const settings = settingsFrom(environment)
  const log = pino({ level: settings.logLevel })
  const file =
    settings.historyFile === undefined
      ? undefined
      : watchHistoryFile(settings.historyFile, () => log.error('the history cannot be read'))
  const gateway = createGateway(settings, { ...parts, history: file?.current, log })
  const server = await serve(gateway, settings)
  log.info({ port: server.port, nodes: settings.nodes.map(({ name }) => name) }, 'listening')
  const stop = async (): Promise<void> => {
    log.info('stopping')
    await server.stop()
    file?.[Symbol.dispose]()
    log.info('stopped')
  }
  return { ...server, stop, [Symbol.asyncDispose]: stop }
}
