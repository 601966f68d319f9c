/** What is said to Tidegate's gateway, and how its headers are read: one plain request for everything. */
import { formatLsn, parseLsn } from '../tide/lsn.ts'
import { parseXid } from '../tide/xid.ts'
import type {
  LowerBound,
  NodeRole,
  ReadAnswer,
  ReadWork,
  Target,
  Work,
  WriteAnswer,
} from './driver.ts'
import { BEHIND_STATUS, gatewayHeaders } from './gateway-headers.ts'
import { HttpRefusal } from './http-refusal.ts'
import type { NeonReply, NeonRequest } from './neon-request.ts'

type Send = (
  request: Pick<NeonRequest, 'queries' | 'transaction' | 'headers'>,
) => Promise<NeonReply>

export async function readFromGateway(
  { role }: Target,
  { queries, transaction, xids, need }: ReadWork,
  send: Send,
): Promise<ReadAnswer> {
  const { results, headers } = await send({
    queries,
    // Several statements are a transaction in any case.
    transaction: transaction || queries.length > 1 ? { ...transaction, readOnly: true } : undefined,
    headers: {
      [gatewayHeaders.positions]: 'true',
      [gatewayHeaders.readOnly]: 'true',
      ...(xids.length > 0 && { [gatewayHeaders.xids]: xids.join() }),
      ...(need && {
        [gatewayHeaders.need]: `${need.epoch}:${formatLsn(need.lsn)}`,
        [gatewayHeaders.waitMs]: String(Math.max(0, Math.floor(need.waitMs))),
      }),
    },
  })
  const hi = headers.get(gatewayHeaders.hi)
  return {
    results,
    role: roleOf(headers.get(gatewayHeaders.role)) ?? role,
    epoch: numberOf(headers, gatewayHeaders.epoch),
    timeline: numberOf(headers, gatewayHeaders.timeline),
    at: numberOf(headers, gatewayHeaders.at),
    lo: lowerBoundOf(headers.get(gatewayHeaders.lo)),
    hi: hi === null ? undefined : parseLsn(hi),
    shown: (headers.get(gatewayHeaders.shown) ?? '').split(',').filter(Boolean).map(parseXid),
  }
}

export async function writeToGateway(
  { queries, transaction }: Work,
  send: Send,
): Promise<WriteAnswer> {
  const { results, headers } = await send({
    queries,
    transaction,
    headers: { [gatewayHeaders.positions]: 'true' },
  })
  const commit = headers.get(gatewayHeaders.commit)
  const seen = headers.get(gatewayHeaders.hi)
  return {
    results,
    epoch: numberOf(headers, gatewayHeaders.epoch),
    timeline: numberOf(headers, gatewayHeaders.timeline),
    commit: commit === null ? undefined : { lsn: parseLsn(commit) },
    seen: seen === null ? undefined : parseLsn(seen),
  }
}

/** A proxy that lost its patience answers with the same status: only the gateway says `behind`. */
export function isBehind(error: unknown): boolean {
  return (
    error instanceof HttpRefusal &&
    error.status === BEHIND_STATUS &&
    error.headers.get(gatewayHeaders.outcome) === 'behind'
  )
}

const XMIN = 'xmin='

/** A gateway that tells no position is none, and a guess would be a claim. */
function lowerBoundOf(text: string | null): LowerBound {
  if (text?.startsWith(XMIN)) return { xmin: parseXid(text.slice(XMIN.length)) }
  return { lsn: parseLsn(text ?? '') }
}

function roleOf(text: string | null): NodeRole | undefined {
  return text === 'primary' || text === 'standby' || text === 'subscriber' ? text : undefined
}

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  return text === null ? undefined : Number(text)
}
