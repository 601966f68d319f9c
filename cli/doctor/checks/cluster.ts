/** Whether the nodes are what the configuration says, and of one cluster. */
import { formatMs } from '../../terminal/units.ts'
import { EVERY_ROLE, type Finding, type NodeCheck, problem, warning } from '../check.ts'

export const role: NodeCheck = {
  id: 'role',
  roles: EVERY_ROLE,
  async run({ node, standing }) {
    return await Promise.resolve(
      standing.role === node.role
        ? []
        : [
            problem(
              `it is a ${standing.role}, and the configuration says ${node.role}`,
              node.role === 'primary'
                ? 'Writes go there first and are refused, until the SDK has found who took over.'
                : 'Reads are sent there as if it followed; after a failover this is the new primary.',
              'Correct the roles in the configuration, and deploy it with the app.',
            ),
          ],
    )
  },
}

const OLDEST = 15
const OLDEST_DECODING_STANDBY = 16

export const version: NodeCheck = {
  id: 'version',
  roles: EVERY_ROLE,
  async run({ node, standing, tailedBy }) {
    const findings = versionFindings(
      standing.version,
      node.role === 'standby' && tailedBy.length > 0,
    )
    return await Promise.resolve(findings)
  },
}

export function versionFindings(version_: number, isTailedStandby: boolean): readonly Finding[] {
  const major = Math.floor(version_ / 10_000)
  if (major < OLDEST) {
    return [
      problem(
        `it runs PostgreSQL ${major}`,
        `Tidegate relies on what PostgreSQL ${OLDEST} and later do.`,
        `Upgrade it to ${OLDEST} or later.`,
      ),
    ]
  }
  if (isTailedStandby && major < OLDEST_DECODING_STANDBY) {
    return [
      warning(
        `it runs PostgreSQL ${major}, where standbys do not decode`,
        'The consumer of this region reads the WAL of home instead, over the long way.',
        `Upgrade it to ${OLDEST_DECODING_STANDBY} or later.`,
      ),
    ]
  }
  return []
}

export const systemIdentity: NodeCheck = {
  id: 'system-identity',
  roles: ['standby', 'subscriber'],
  async run(subject) {
    if (!subject.home) throw new Error('The primary cannot be asked')
    const query = 'select system_identifier::text as id from pg_control_system()'
    const [own, home] = await Promise.all([
      subject.askOne<{ id: string }>(query),
      subject.home.askOne<{ id: string }>(query),
    ])
    const isSame = own.id === home.id
    if (isSame === (subject.node.role === 'standby')) return []
    return [
      problem(
        isSame
          ? 'it is of the same cluster as the primary'
          : 'it is of another cluster than the primary',
        isSame
          ? 'A subscriber is a cluster of its own. Positions of this one mean something else than they seem to.'
          : 'Its positions have nothing to do with those of home: reads here would be taken for fresh.',
        'Correct its url or its role in the configuration.',
      ),
    ]
  },
}

const MOST_SKEW_MS = 500

export const clockSkew: NodeCheck = {
  id: 'clock-skew',
  roles: ['standby', 'subscriber'],
  async run({ home, clockAheadMs, clockErrorMs }) {
    if (!home) throw new Error('The primary cannot be asked')
    const findings = skewFindings(
      clockAheadMs - home.clockAheadMs,
      clockErrorMs + home.clockErrorMs,
    )
    return await Promise.resolve(findings)
  },
}

/** Only what the way there cannot explain. */
export function skewFindings(aheadMs: number, errorMs: number): readonly Finding[] {
  if (Math.abs(aheadMs) - errorMs <= MOST_SKEW_MS) return []
  return [
    warning(
      `its clock is ${formatMs(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the primary`,
      'Once it is promoted, reads that may be so many milliseconds old are judged by this clock.',
      'Have NTP (chrony) set it.',
    ),
  ]
}

const MOST_ROUND_TRIP_MS = 1_000

export const latency: NodeCheck = {
  id: 'latency',
  roles: EVERY_ROLE,
  async run({ roundTripMs }) {
    return await Promise.resolve(
      roundTripMs <= MOST_ROUND_TRIP_MS
        ? []
        : [
            warning(
              `a round trip from here takes ${formatMs(roundTripMs)}`,
              'No two places on Earth are so far apart: the line or the server is overloaded.',
              'Look at its load and at the network between.',
            ),
          ],
    )
  },
}
