/**
 * One HTTP request through the official Neon driver, which shows neither the headers of an answer nor
 * lets those of a request be added, and which takes its `fetch` from global settings.
 *
 * It reads these settings at once when a query is started, so ours stand there for exactly that call
 * and no code of the app ever sees them. A test holds the driver to it.
 */
import { neon, neonConfig } from '@neondatabase/serverless'

import { DriverError } from './driver-error.ts'
import type { IsolationLevel, Query, RawResult, Target, TransactionOptions } from './driver.ts'
import { unsendable } from './failure.ts'
import { HttpRefusal } from './http-refusal.ts'
import { rawTypes } from './raw-types.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface NeonRequest {
  readonly target: Target
  readonly queries: readonly Query[]
  /** Absent: the one query alone, autocommitted. */
  readonly transaction?: TransactionOptions | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal
  /** @default the app's `neonConfig.fetchFunction`, or else the global `fetch` */
  readonly fetch?: Fetch | undefined
  /** Called as soon as something may have reached the node. */
  readonly onSent: () => void
  /** Called with the headers of an answer, also of one that is an error. */
  readonly onAnswer?: ((headers: Headers) => void) | undefined
}

export interface NeonReply {
  readonly results: readonly RawResult[]
  readonly headers: Headers
}

/** Neon's own options know absent settings, but none that are `undefined`. */
function neonTransaction({ isolationLevel, readOnly, deferrable }: TransactionOptions): {
  isolationLevel?: IsolationLevel
  readOnly?: boolean
  deferrable?: boolean
} {
  return {
    ...(isolationLevel !== undefined && { isolationLevel }),
    ...(readOnly !== undefined && { readOnly }),
    ...(deferrable !== undefined && { deferrable }),
  }
}

/** Values are left as Postgres wrote them, in arrays. */
const plain = {
  arrayMode: true,
  fullResults: true,
  types: rawTypes,
  disableWarningInBrowsers: true,
} as const

/** Made once for each target: the driver reads a connection string whenever it makes one. */
const clients = new WeakMap<Target, ReturnType<typeof makeClient>>()

function makeClient({ name, url }: Target) {
  if (typeof url === 'string') return neon(url, plain)
  const connectionString = async (): Promise<string> => {
    try {
      return await url()
    } catch (cause) {
      const message = `${name} cannot be reached: its connection string could not be had.`
      throw new DriverError('unreachable', message, { committed: 'no', cause })
    }
  }
  return neon({ ...plain, connectionString })
}

function clientOf(target: Target): ReturnType<typeof makeClient> {
  const client = clients.get(target) ?? makeClient(target)
  clients.set(target, client)
  return client
}

export async function sendNeon(request: NeonRequest): Promise<NeonReply> {
  const { target, queries, transaction, signal, headers, onSent } = request
  const sql = clientOf(target)

  let sent = false
  let answer: Response | undefined
  const appFetch: Fetch | undefined = neonConfig.fetchFunction
  const send = request.fetch ?? appFetch ?? fetch
  const transport: Fetch = async (address, init) => {
    const more = await headersOf(target, headers)
    sent = true
    onSent()
    answer = await send(target.endpoint ?? address, more ? withHeaders(init, more) : init)
    request.onAnswer?.(answer.headers)
    return answer
  }

  const start = (): Promise<RawResult[]> => {
    const fetchOptions = { cache: 'no-store', signal } as const
    const [only] = queries
    if (!transaction && only) {
      const { text, params } = only
      // Not `await`, which would come to the query's `then` too late to find our settings.
      const running = sql.query(text, [...params], { ...plain, fetchOptions })
      return running.then((result) => [result])
    }
    const started = queries.map(({ text, params }) => sql.query(text, [...params], plain))
    return sql.transaction(started, {
      ...plain,
      fetchOptions,
      ...neonTransaction(transaction ?? {}),
    })
  }

  try {
    const results = await underSettings(transport, start)
    if (!answer)
      throw new Error('The Neon driver did not use the fetch function that it was given.')
    return { results, headers: answer.headers }
  } catch (error) {
    // A circle, or a bigint inside of JSON.
    if (!sent && (error instanceof TypeError || error instanceof RangeError)) {
      throw unsendable(error)
    }
    // Neon's driver reads an answer of any other status than these two as mere text.
    throw answer && !answer.ok && answer.status !== 400 ? new HttpRefusal(answer) : error
  }
}

async function headersOf(
  { bearerToken }: Target,
  headers: NeonRequest['headers'],
): Promise<NeonRequest['headers']> {
  if (bearerToken === undefined) return headers
  const token = typeof bearerToken === 'function' ? await bearerToken() : bearerToken
  return { ...headers, authorization: `Bearer ${token}` }
}

function withHeaders(init: RequestInit, more: Readonly<Record<string, string>>): RequestInit {
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  return { ...init, headers }
}

function underSettings<T>(transport: Fetch, start: () => T): T {
  const { fetchFunction } = neonConfig
  neonConfig.fetchFunction = transport
  try {
    return start()
  } finally {
    neonConfig.fetchFunction = fetchFunction
  }
}
