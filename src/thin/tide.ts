/** What happened to a query, as its gateway tells it by headers. */
import type { TideMetadata } from '../client/metadata.ts'
import { readThroughHeaders as names } from '../drivers/read-through-headers.ts'
import type { Node } from '../topology/topology.ts'

interface Passed {
  /** Gateways that failed. */
  readonly tried: TideMetadata['attempts']
  readonly node: Node
  readonly begun: number
  readonly askedAt: number
  readonly now: number
}

const sources: readonly TideMetadata['source'][] = ['cache', 'replica', 'primary']
const roles: readonly TideMetadata['role'][] = ['primary', 'standby', 'subscriber']

/** Of the gateway that is asked after these. */
export function reasonOf(tried: TideMetadata['attempts']): string {
  return tried.length === 0 ? 'the nearest gateway' : 'nearer gateways failed'
}

export function readTide(
  headers: Headers,
  { tried, node: gateway, begun, askedAt, now }: Passed,
): TideMetadata {
  const read = (name: string): string | undefined => headers.get(name) ?? undefined
  const node = read(names.node) ?? gateway.name
  const reason = reasonOf(tried)
  const age = read(names.age)
  return {
    node,
    region: read(names.region) ?? gateway.region ?? gateway.name,
    role: roles.find((role) => role === read(names.role)),
    source: sources.find((source) => source === read(names.source)) ?? 'primary',
    reason,
    attempts: [...tried, { node, reason, outcome: 'served', ms: now - askedAt }],
    ms: now - begun,
    waitedMs: askedAt - begun,
    cache: read(names.cache),
    position: read(names.position),
    stalenessMs: age === undefined ? undefined : Number(age),
  }
}
