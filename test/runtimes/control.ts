/**
 * Beside tests that run in another runtime stands this program, which has the world and its faults.
 * A world is started when a test asks for it, not before: other projects may be running theirs.
 */
import { createServer, type IncomingMessage } from 'node:http'

import { startLocalStage } from '../support/local-stage.ts'
import type { StageCall } from '../support/remote-stage.ts'
import type { Replica, SdkStage } from '../support/sdk-stage.ts'
import {
  type StartEndpoint,
  startGatewayEndpoint,
  startPlainEndpoint,
  startReadThroughEndpoint,
} from '../support/sql-endpoint.ts'

/** What a test may ask to have before the databases. */
const endpoints: Readonly<Record<string, StartEndpoint>> = {
  plain: startPlainEndpoint,
  gateway: startGatewayEndpoint,
  'read-through': startReadThroughEndpoint,
}

class Control {
  #stage: SdkStage | undefined

  async handle({ method, args: [argument = ''] }: StageCall): Promise<unknown> {
    if (method === 'start') {
      const startEndpoint = endpoints[argument]
      if (!startEndpoint) throw new Error(`There is no endpoint ${argument}`)
      await this.end()
      this.#stage = await startLocalStage(startEndpoint)
      return null
    }
    if (method === 'end') return await this.end()
    const stage = this.#stage
    if (!stage) throw new Error('It has not been started')
    if (method === 'query') return await stage.query(argument)
    if (method === 'pauseReplay' || method === 'reached') {
      return await stage[method](toReplica(argument))
    }
    return await stage[method]()
  }

  async end(): Promise<void> {
    const stage = this.#stage
    this.#stage = undefined
    await stage?.end()
  }
}

function toReplica(name: string): Replica {
  if (name === 'fra' || name === 'lhr') return name
  throw new Error(`There is no replica ${name}`)
}

async function readCall(request: IncomingMessage): Promise<StageCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const call: StageCall = JSON.parse(Buffer.concat(chunks).toString())
  return call
}

const control = new Control()
const server = createServer((request, response) => {
  readCall(request)
    .then(async (call) => await control.handle(call))
    .then(
      (result) => response.end(JSON.stringify(result ?? null)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
    .catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address ? address.port : 0)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
  void control.end()
})
