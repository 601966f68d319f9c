/**
 * A Worker in workerd, as `wrangler dev` runs it, whose databases are those of a world: the names in
 * its connection strings lead to them, as a name server would.
 */
import { resolve } from 'node:path'

import { vi } from 'vitest'
import { createTestHarness } from 'wrangler'

import { startNeonEndpoint } from './neon-endpoint.ts'
import { packageEntries } from './package-entries.ts'

export interface Worker extends AsyncDisposable {
  fetch(
    path: string,
    init?: { method?: string; body?: string; headers?: Record<string, string> },
  ): Promise<{ readonly status: number; readonly headers: Headers; text(): Promise<string> }>
}

interface WorkerOptions {
  /** The Worker's file. */
  readonly main: string
  /** What `db.<name>.test` in a connection string leads to. */
  readonly databases: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
  /** What imports stand for. @default the package's entries, from their sources */
  readonly alias?: Readonly<Record<string, string>>
}

export async function startWorker({
  main,
  databases,
  vars,
  alias,
}: WorkerOptions): Promise<Worker> {
  process.env['WRANGLER_SEND_METRICS'] = 'false'
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'
  const endpoint = await startNeonEndpoint()
  const realFetch = globalThis.fetch
  // What the Worker fetches, the harness fetches with this.
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const database = databases[url.hostname.split('.')[1] ?? '']
    // Neon's driver asks `api.<rest>` for a database at `<anything>.<rest>`.
    if (!url.hostname.endsWith('.test') || database === undefined)
      return await realFetch(input, init)
    const headers = new Headers(init?.headers)
    headers.set('neon-connection-string', database)
    for (const name of ['host', 'content-length']) headers.delete(name)
    const body = await new Response(init?.body).text()
    return await realFetch(endpoint.url, { method: 'POST', headers, body })
  })
  const harness = createTestHarness({
    workers: [
      {
        config: {
          name: 'worker',
          main: resolve(main),
          compatibility_date: '2026-10-01',
          vars: { ...vars },
          alias: { ...(alias ?? (await packageEntries())) },
        },
      },
    ],
  })
  await harness.listen()
  return {
    async fetch(path, init) {
      // As Cloudflare tells a Worker in Frankfurt.
      const cf = { colo: 'FRA' }
      const response = await harness.fetch(`https://app.test${path}`, { ...init, cf })
      const headers = new Headers([...response.headers])
      return { status: response.status, headers, text: async () => await response.text() }
    },
    async [Symbol.asyncDispose]() {
      await harness.close()
      vi.unstubAllGlobals()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}
