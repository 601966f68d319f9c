/**
 * The SDK in workerd, told from outside what requests to answer: an isolate of its own, which reaches
 * databases and Redis over HTTP only.
 */
import type { Tidegate } from '../../../src/client/tidegate.ts'
import { tidegate } from '../../../src/default-client.ts'
import { detectPlace } from '../../../src/topology/detect-place.ts'
import { nearestTides } from '../../../workers/app/nearest-tides.ts'
import { type Environment, readSettings } from '../../../workers/app/settings.ts'
import { type Command, runRequest } from '../request.ts'

/** What one request of a session is. */
export interface Visit {
  readonly cookie: string
  readonly commands: readonly Command[]
}

// One client for the isolate: what it learns of the nodes serves all requests. No promise is in it.
let client: Tidegate | undefined

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    if (new URL(request.url).pathname === '/health') return new Response('ok')
    client ??= makeClient(environment)
    const { cookie, commands }: Visit = JSON.parse(await request.text())
    return Response.json(await runRequest(client, cookie, commands, () => Date.now()))
  },
}

function makeClient(environment: Environment): Tidegate {
  const settings = readSettings(environment)
  const { region } = settings.tidegate
  const tides = nearestTides(settings.tides, detectPlace({ region }))
  return tidegate({ ...settings.tidegate, tides, timeoutMs: 3000 })
}
