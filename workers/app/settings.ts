/** What the sample app is told by its environment: the same names on every platform, all as text. */
import { TidegateError } from '../../src/errors.ts'
import type { TidegateOptions } from '../../src/index.ts'
import { readTidesSetting, type TidesSetting } from './nearest-tides.ts'

/** As Cloudflare's `env` and Vercel's `process.env` have it. */
export type Environment = Readonly<Record<string, unknown>>

export interface Settings {
  readonly tidegate: TidegateOptions
  /** The tide tables and caches of the regions. */
  readonly tides: readonly TidesSetting[]
  /** Who shows one of them may use `/sql`; with none there is no such route. */
  readonly sqlTokens: readonly string[]
  /** What a request to `/sql` that carries no session token gets to see. */
  readonly sqlFreshness: 'strong' | 'any' | { readonly within: number }
  /** Answers tell where their queries ran. */
  readonly showsRoutes: boolean
  /** The same app once more under `/plain`, without tides: to compare. */
  readonly hasPlainTwin: boolean
}

/** @throws TidegateError `CONFIG_INVALID`, naming the variable and never its value */
export function readSettings(environment: Environment): Settings {
  const text = (name: string): string | undefined => {
    const value = environment[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const list = (name: string): readonly string[] | undefined =>
    text(name)
      ?.split(',')
      .map((each) => each.trim())
  const url = text('PRIMARY_URL')
  if (url === undefined) throw refusal('PRIMARY_URL', 'the connection string of the primary')
  const gateway = text('PRIMARY_GATEWAY')
  return {
    tidegate: {
      primary: {
        name: text('PRIMARY_NAME'),
        region: text('PRIMARY_REGION') ?? 'iad',
        url,
        ...(gateway !== undefined && { endpoint: gateway, gateway: true }),
      },
      replicas: replicasOf(text('REPLICAS')),
      region: text('REGION') ?? text('VERCEL_REGION'),
      tokenKeys: list('TOKEN_KEYS'),
      mode: text('MODE') === 'development' ? 'development' : 'production',
    },
    tides: readTidesSetting(text('TIDES')),
    sqlTokens: tokensOf(list('SQL_TOKENS')),
    sqlFreshness: freshnessOf(text('SQL_FRESHNESS')),
    showsRoutes: text('SHOW_ROUTES') === 'on',
    hasPlainTwin: text('PLAIN_TWIN') === 'on',
  }
}

/** What each replica may be is checked by the client, which names the field. */
function replicasOf(json: string | undefined): TidegateOptions['replicas'] {
  if (json === undefined) return []
  try {
    const replicas: unknown = JSON.parse(json)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client checks every field
    if (Array.isArray(replicas)) return replicas as TidegateOptions['replicas']
  } catch {
    // What the parser says would quote it.
  }
  throw refusal('REPLICAS', 'a JSON list: [{"region": "fra", "url": "postgresql://…"}, …]')
}

/** Short ones can be guessed. */
const LEAST_TOKEN_LENGTH = 24

function tokensOf(tokens: readonly string[] = []): readonly string[] {
  if (tokens.some((token) => token.length < LEAST_TOKEN_LENGTH)) {
    throw refusal('SQL_TOKENS', `tokens of at least ${LEAST_TOKEN_LENGTH} characters, with commas`)
  }
  return tokens
}

function freshnessOf(word = 'strong'): Settings['sqlFreshness'] {
  if (word === 'strong' || word === 'any') return word
  const [, ms] = /^within:(\d{1,9})$/.exec(word) ?? []
  if (ms === undefined) throw refusal('SQL_FRESHNESS', 'strong, any, or within: and milliseconds')
  return { within: Number(ms) }
}

function refusal(name: string, expected: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${name}: expected ${expected}.`)
}
