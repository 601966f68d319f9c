/** Roles that may do what they have to and nothing else. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

import { TidegateError } from '../../src/errors.ts'
import type { NodeState } from './state.ts'
import { type Step, sqlStep } from './step.ts'

/** Logs in, reads the WAL and beats. */
export const CONSUMER_ROLE = 'tidegate_consumer'
/** To be granted to the app's own role: what the SDK and the gateway read besides the app's tables. */
export const APP_ROLE = 'tidegate_app'

const SNAPSHOT_SINCE = 160_000

export function roleSteps(state: NodeState, password: string | undefined): readonly Step[] {
  const { database, standing, roles } = state
  const isSubscriber = standing.role === 'subscriber'
  const statements = [
    ...(roles.includes(CONSUMER_ROLE) ? [] : [`create role ${CONSUMER_ROLE} login replication`]),
    ...(roles.includes(APP_ROLE) ? [] : [`create role ${APP_ROLE} nologin`]),
    `grant pg_read_all_stats to ${CONSUMER_ROLE}`,
    `grant usage on schema tidegate to ${CONSUMER_ROLE}, ${APP_ROLE}`,
    `grant select on tidegate.tide to ${APP_ROLE}`,
    `grant select, insert, update, delete on tidegate.tide to ${CONSUMER_ROLE}`,
    ...(standing.version >= SNAPSHOT_SINCE && !isSubscriber
      ? [`grant execute on function pg_log_standby_snapshot() to ${CONSUMER_ROLE}`]
      : []),
    ...(isSubscriber
      ? [
          `grant execute on function pg_show_replication_origin_status() to ${CONSUMER_ROLE}, ${APP_ROLE}`,
        ]
      : []),
  ]
  const steps = statements.map((sql) => sqlStep(database, 'roles with least privileges', sql))
  if (password === undefined) return steps
  return [
    ...steps,
    {
      node: database.node.name,
      what: 'its password',
      sql: `alter role ${CONSUMER_ROLE} password '…'`,
      run: async () => {
        await database.ask(`alter role ${CONSUMER_ROLE} password '${verifierOf(password)}'`)
      },
    },
  ]
}

export function dropRoleSteps({ database, roles }: NodeState): readonly Step[] {
  return [CONSUMER_ROLE, APP_ROLE].flatMap((role) =>
    roles.includes(role)
      ? [
          sqlStep(database, 'what it was granted', `drop owned by ${role}`),
          sqlStep(database, 'the role', `drop role ${role}`),
        ]
      : [],
  )
}

const ITERATIONS = 4096
const KEY_BYTES = 32

/** What Postgres keeps of a password (RFC 5803): so the password itself gets into no log. */
export function verifierOf(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\u0020-\u007E]{8,}$/.test(password)) {
    throw new TidegateError(
      'CONFIG_INVALID',
      'TIDEGATE_CONSUMER_PASSWORD: expected at least 8 printable ASCII characters.',
    )
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256')
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64')
  const server = keyOf('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`
}
