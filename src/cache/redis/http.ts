/**
 * Redis over HTTP, as Upstash speaks it and `tidegate/redis-http` does: for the edge, where a TCP
 * connection lives no longer than its request.
 *
 * One POST for a call, and no retry: a cache that is slow is gone around, and what retries a request
 * that was aborted would make it slower.
 */
import { check } from '../../check.ts'
import { TidegateError } from '../../errors.ts'
import { type RedisCommands, RedisRefusal } from './commands.ts'

export interface RedisHttpOptions {
  /** Where it is: `https://…upstash.io`. */
  readonly url: string
  /** A function is asked before each call: secrets rotate. */
  readonly token: string | (() => string | Promise<string>)
  /** @default the platform's */
  readonly fetch?: typeof fetch | undefined
}

export function redisHttp({ url, token, fetch: given }: RedisHttpOptions): RedisCommands {
  const endpoint = pipelineUrl(url)
  check(token !== '', 'token', 'the bearer token of the endpoint')

  return {
    async send(commands, { signal } = {}) {
      const bearer = typeof token === 'string' ? token : await token()
      const request = {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify(commands),
        // Next.js would keep the answer otherwise.
        cache: 'no-store' as const,
        ...(signal && { signal }),
      }
      const replies = await exchange(given ?? fetch, endpoint, request)
      if (replies.length !== commands.length) throw unreadable()
      return replies
    },
  }
}

function pipelineUrl(url: string): string {
  try {
    const parsed = new URL(url)
    if (parsed.protocol === 'https:' || parsed.protocol === 'http:') {
      parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/pipeline`
      return parsed.href
    }
  } catch {
    // The URL may hold a secret, and the error of `new URL` would show it.
  }
  check(false, 'url', 'an http or https URL')
}

async function exchange(
  fetchIt: typeof fetch,
  endpoint: string,
  request: RequestInit,
): Promise<readonly unknown[]> {
  let response: Response
  let body: unknown
  try {
    response = await fetchIt(endpoint, request)
    body = await response.json()
  } catch (cause) {
    throw new TidegateError('STORE_FAILED', 'Redis over HTTP could not be reached.', {
      cause,
      retryable: true,
    })
  }
  if (!response.ok) {
    throw new TidegateError('STORE_FAILED', `Redis over HTTP answered ${response.status}.`, {
      retryable: response.status >= 500 || response.status === 429,
    })
  }
  if (!Array.isArray(body)) throw unreadable()
  return body.map(toReply)
}

function toReply(item: unknown): unknown {
  if (typeof item === 'object' && item !== null) {
    if ('result' in item) return item.result
    if ('error' in item) return new RedisRefusal(String(item.error))
  }
  throw unreadable()
}

function unreadable(): TidegateError {
  return new TidegateError('STORE_FAILED', 'The answer is not one of Redis over HTTP.')
}
