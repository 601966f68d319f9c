/**
 * All that can be set, in one table: the environment and the file are read by it, and `--help` and the
 * table of docs/gateway.md are made from it.
 */
import type { ReadThroughSettings } from '../read-through/read-through.ts'
import type { EndpointLimits } from '../sql/endpoint.ts'
import {
  farNodes,
  nodes,
  oneOf,
  type Parse,
  region,
  secrets,
  text,
  url,
  wholeNumber,
  yesOrNo,
} from './parsers.ts'

export interface GatewaySettings extends EndpointLimits, ReadThroughSettings {
  readonly listenHost: string
  readonly listenPort: number
  readonly tlsCertFile: string | undefined
  readonly tlsKeyFile: string | undefined
  readonly bearerTokens: readonly string[]
  readonly rateLimit: number
  readonly maxRequestBytes: number
  readonly maxBufferedBytes: number
  readonly maxHeaderBytes: number
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly keepAliveMs: number
  readonly stopTimeoutMs: number
  readonly historyFile: string | undefined
  readonly redisUrl: string | undefined
  readonly tideTable: string
  readonly readThrough: boolean
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

export interface Setting<T> {
  readonly what: string
  readonly parse: Parse<T>
  /** Without one it has to be given. */
  readonly fallback?: { readonly value: T } | undefined
}

function setting<T>(what: string, parse: Parse<T>, ...[value]: [value: T] | []): Setting<T> {
  return { what, parse, fallback: value === undefined ? undefined : { value } }
}

function optional<T>(what: string, parse: Parse<T>): Setting<T | undefined> {
  return { what, parse, fallback: { value: undefined } }
}

const MIB = 1024 * 1024

export const settingsTable: { readonly [K in keyof GatewaySettings]: Setting<GatewaySettings[K]> } =
  {
    nodes: setting(
      'The databases: a list of { name, host, port, role, hosts, ssl, region }. `role` is primary, standby or subscriber; `hosts` are the hosts by which connection strings may name it; `ssl` is off, verify, unverified or a file of authorities; `region`, if it is another than this gateway’s, counts for readThrough',
      nodes,
    ),
    listenHost: setting('Where to listen', text, '0.0.0.0'),
    listenPort: setting('On which port; 0 takes a free one', wholeNumber(0, 65_535), 4444),
    tlsCertFile: optional('Certificate chain, for HTTPS', text),
    tlsKeyFile: optional('Its key', text),
    bearerTokens: setting(
      'One of these must come as `Authorization: Bearer …`; with none everybody may ask',
      secrets(16),
      [],
    ),
    rateLimit: setting('Requests a second from one address; 0: no limit', wholeNumber(0), 0),
    maxRequestBytes: setting(
      'The largest body of a request; above it, 413',
      wholeNumber(1),
      10 * MIB,
    ),
    maxResponseBytes: setting(
      'The most rows of an answer, in bytes; above it, 507',
      wholeNumber(1),
      10 * MIB,
    ),
    maxBufferedBytes: setting(
      'The most bytes of requests and answers held at a time; above it, 503',
      wholeNumber(1),
      256 * MIB,
    ),
    maxHeaderBytes: setting('The most bytes of headers; above it, 431', wholeNumber(1024), 16_384),
    headersTimeoutMs: setting('In this time the headers must have come', wholeNumber(1), 10_000),
    bodyTimeoutMs: setting('In this time the whole request must have come', wholeNumber(1), 30_000),
    keepAliveMs: setting('How long an idle client connection is kept', wholeNumber(0), 75_000),
    poolSize: setting('The most connections to Postgres for one credential', wholeNumber(1), 10),
    maxPools: setting('The most credentials with a pool at a time', wholeNumber(1), 100),
    maxConnections: setting('The most connections to Postgres in all', wholeNumber(1), 100),
    maxWaiting: setting(
      'The most requests that wait for a connection of one credential; above it, 503',
      wholeNumber(0),
      200,
    ),
    queueMs: setting('How long a request waits for a connection; then 503', wholeNumber(1), 2_000),
    idleMs: setting('When an idle connection to Postgres is closed', wholeNumber(1), 30_000),
    lifetimeMs: setting(
      'When a connection to Postgres is replaced: so long a credential that was revoked may live on',
      wholeNumber(1),
      600_000,
    ),
    connectTimeoutMs: setting('How long connecting to Postgres may take', wholeNumber(1), 5_000),
    statementTimeoutMs: setting(
      "Postgres' `statement_timeout`; 0: none. A session may set another",
      wholeNumber(0),
      60_000,
    ),
    queryTimeoutMs: setting(
      'When the work of a request is cancelled, whatever its session has set',
      wholeNumber(1),
      120_000,
    ),
    preparedStatements: setting(
      'How many statements each connection keeps prepared; 0: none',
      wholeNumber(0, 10_000),
      100,
    ),
    maxWaitMs: setting('The longest that `Tidegate-Wait-Ms` may ask for', wholeNumber(0), 10_000),
    historyFile: optional(
      'Where the history of the cluster is kept, as the tide table writes it; read again when it changes',
      text,
    ),
    redisUrl: optional(
      "The region's Redis: the history of the cluster is read from its tide table",
      url('redis:', 'rediss:'),
    ),
    tideTable: setting(
      'The name of the tide table there, as the consumer is told it',
      text,
      'main',
    ),
    readThrough: setting(
      'Whether requests are answered by the SDK: from the cache, and by the nearest node that has what they need. Needs `redisUrl`, `database`, and a primary among `nodes` or `elsewhere`',
      yesOrNo,
      false,
    ),
    database: optional('The database whose changes the consumer tells: no other is cached', text),
    region: setting("Where this is: an airport's code or a cloud's region", region, 'iad'),
    elsewhere: setting(
      'The databases behind other gateways, for readThrough: a list of { name, role, region, host, gateway, bearerToken }. The primary, where it is not among `nodes`, and whoever may become it. `name` is what consumers call it, `host` what connection strings call it there, `gateway` is `https://…/sql`, `bearerToken` one of its `bearerTokens`',
      farNodes,
      [],
    ),
    tokenKeys: setting(
      'Secrets of at least 32 characters that sign session tokens, the same in all regions: the first signs, all verify. With none, tokens are not signed',
      secrets(32),
      [],
    ),
    cacheTtlS: setting(
      'How long an answer takes up memory at most, in seconds, where a request does not say otherwise; 0: only what asks for it is cached',
      wholeNumber(0),
      60,
    ),
    cacheMemoryBytes: setting(
      'Answers that are kept in this process besides, for a second each, as entries and again as they are written; 0: none',
      wholeNumber(0),
      64 * MIB,
    ),
    credentialMs: setting(
      'How long a credential that Postgres has let in is given cached answers before Postgres is asked again',
      wholeNumber(100),
      30_000,
    ),
    stopTimeoutMs: setting('How long running requests have at the end', wholeNumber(0), 25_000),
    logLevel: setting(
      'debug writes a line for each request that is refused',
      oneOf('debug', 'info', 'warn', 'error', 'silent'),
      'info',
    ),
  }
