/** What a database is, from looking at it. */
import { Client } from 'pg'

import { TidegateError } from '../../src/errors.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import { problemOf } from '../reach/problem.ts'

export interface Inspected {
  /** The variable that holds its connection string. */
  readonly variable: string
  readonly role: 'primary' | 'standby' | 'subscriber'
  readonly version: string
  readonly systemId: string
  /** As its host's name tells it. */
  readonly regionGuess: string | undefined
  readonly roundTripMs: number
}

interface Row {
  readonly standby: boolean
  readonly subscribes: boolean
  readonly version: string
  readonly system: string
}

const LOOK = `select pg_is_in_recovery() as standby, current_setting('server_version') as version,
  (select system_identifier::text from pg_control_system()) as system,
  exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
    where d.datname = current_database()) as subscribes`

export async function inspect(variable: string, url: string): Promise<Inspected> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    application_name: 'tidegate cli',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Row>(LOOK)
    const begun = performance.now()
    await client.query('select 1')
    const roundTripMs = performance.now() - begun
    const [row] = rows
    if (!row) throw new Error('It answered without a row')
    return {
      variable,
      role: row.standby ? 'standby' : row.subscribes ? 'subscriber' : 'primary',
      version: row.version.split(' ')[0] ?? '',
      systemId: row.system,
      regionGuess: regionIn(url),
      roundTripMs,
    }
  } catch (error) {
    throw new TidegateError('REPLICATION_FAILED', `${variable}: ${problemOf(error)}.`, {
      cause: error,
    })
  } finally {
    await client.end().catch(() => {})
  }
}

/** Clouds put it between the dots: `ep-cool-sun.eu-central-1.aws.neon.tech`. */
export function regionIn(url: string): string | undefined {
  const host = URL.parse(url.replace(/^postgres(ql)?:/, 'http:'))?.hostname ?? ''
  for (const label of host.split('.').slice(1)) {
    const region = findRegion(label)
    // A label of three letters may be anything: `api.lax.example.com` is not certainly in California.
    if (region !== undefined && label.length > 4) return region
  }
  return undefined
}
