/** What a request asks of the SDK by headers: how new its answer must be, and whether it may be cached. */
import { TOKEN_HEADER } from '../../src/client/carriage.ts'
import type { CacheOption, FreshnessOption } from '../../src/client/query-options.ts'
import { readThroughHeaders } from '../../src/drivers/read-through-headers.ts'
import { freshnessWords, parseDurationMs } from '../../src/sql/outcome.ts'
import { Refusal } from '../protocol/refusal.ts'
import type { ReadHeader } from '../protocol/request.ts'

const names = {
  freshness: readThroughHeaders.freshness.toLowerCase(),
  cache: readThroughHeaders.cache.toLowerCase(),
}

export interface Wishes {
  readonly freshness: FreshnessOption | undefined
  readonly cache: CacheOption | undefined
  /** What the session has seen, as an earlier answer told it. */
  readonly token: string
}

export function readWishes(header: ReadHeader): Wishes {
  const freshness = header(names.freshness)
  const cache = header(names.cache)
  return {
    freshness: freshness === undefined ? undefined : parseFreshness(freshness),
    cache: cache === undefined ? undefined : parseCache(cache),
    token: header(TOKEN_HEADER) ?? '',
  }
}

function parseFreshness(text: string): FreshnessOption {
  const word = freshnessWords.find((each) => each === text)
  if (word) return word
  const within = text.startsWith('within=') ? parseDurationMs(text.slice(7)) : undefined
  if (within !== undefined) return { within }
  if (text.startsWith('at-least=')) return { atLeast: text.slice(9) }
  throw invalid(
    readThroughHeaders.freshness,
    'strong, session, any, within=500ms, or at-least= and a token',
  )
}

const MOST_SECONDS = 86_400

function parseCache(text: string): CacheOption {
  if (text === 'off') return false
  const ttl = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (ttl >= 1 && ttl <= MOST_SECONDS) return { ttl }
  throw invalid(readThroughHeaders.cache, `off, or seconds from 1 to ${MOST_SECONDS}`)
}

function invalid(name: string, expected: string): Refusal {
  return new Refusal(400, `invalid header: ${name}. Expected ${expected}.`)
}
