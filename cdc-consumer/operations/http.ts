/** `/health`, `/health/live`, `/health/ready` and `/metrics`, for whoever runs the consumer. */
import { createServer, type Server, type ServerResponse } from 'node:http'

import type { Registry } from 'prom-client'

import type { HealthRecord } from './health.ts'

export function operationsServer(record: HealthRecord, registry: Registry): Server {
  return createServer((request, response) => {
    const { health } = record
    const path = request.url?.split('?')[0]
    function tell(isWell: boolean): void {
      response.writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' })
      response.end(JSON.stringify(health))
    }
    if (path === '/health' || path === '/health/ready') tell(health.ready)
    else if (path === '/health/live') tell(health.live)
    else if (path === '/metrics') {
      void tellMetrics(registry, response)
    } else response.writeHead(404).end()
  })
}

async function tellMetrics(registry: Registry, response: ServerResponse): Promise<void> {
  try {
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  } catch {
    response.writeHead(500).end()
  }
}
