/** Asks a server over the replication protocol who it is and which history it follows. */
import { Client } from 'pg'
import type { ReplicationClientConfig } from 'pg-logical-replication/dist/logical-replication-service.js'

import type { History } from '../../src/tide/history.ts'
import { ReplicationError, toReplicationError } from '../replication/replication-error.ts'
import { readTimelineHistory } from '../replication/timeline-history.ts'

export interface Identity {
  readonly systemId: string
  readonly history: History
}

const TIMEOUT_MS = 5_000

export async function identify(url: string): Promise<Identity> {
  const config: ReplicationClientConfig = {
    connectionString: url,
    replication: 'database',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'tidegate consumer',
  }
  const client = new Client(config)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ systemid: string; timeline: string }>('IDENTIFY_SYSTEM')
    const [row] = rows
    if (!row) throw new ReplicationError('unreadable')
    const history = await readTimelineHistory(client, Number(row.timeline))
    return { systemId: row.systemid, history }
  } catch (error) {
    throw toReplicationError(error)
  } finally {
    client.connection.stream.destroy()
  }
}
