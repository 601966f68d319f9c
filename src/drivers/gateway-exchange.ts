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
import { BEHIND_STATUS, type GatewayHeader, told } from './gateway-headers.ts'
import { HttpRefusal, outcomeOf } from './http-refusal.ts'
import type { NeonReply, NeonRequest } from './neon-request.ts'

type Send = (
  request: Pick<NeonRequest, 'queries' | 'transaction' | 'headers'>,
) => Promise<NeonReply>

type RequestHeaders = Partial<Record<GatewayHeader, string>>

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
      'Tidegate-Positions': 'true',
      'Tidegate-Read-Only': 'true',
      ...(xids.length > 0 && { 'Tidegate-Xids': xids.join() }),
      ...(need && {
        'Tidegate-Need': `${need.epoch}:${formatLsn(need.lsn)}`,
        'Tidegate-Wait-Ms': String(Math.max(0, Math.floor(need.waitMs))),
      }),
    } satisfies RequestHeaders,
  })
  const hi = told(headers, 'Tidegate-Hi')
  return {
    results,
    role: roleOf(told(headers, 'Tidegate-Role')) ?? role,
    epoch: numberOf(headers, 'Tidegate-Epoch'),
    timeline: numberOf(headers, 'Tidegate-Timeline'),
    at: numberOf(headers, 'Tidegate-At'),
    lo: lowerBoundOf(told(headers, 'Tidegate-Lo')),
    hi: hi === null ? undefined : parseLsn(hi),
    shown: (told(headers, 'Tidegate-Shown') ?? '').split(',').filter(Boolean).map(parseXid),
  }
}

export async function writeToGateway(
  { queries, transaction }: Work,
  send: Send,
): Promise<WriteAnswer> {
  const { results, headers } = await send({
    queries,
    transaction,
    headers: { 'Tidegate-Positions': 'true' } satisfies RequestHeaders,
  })
  const commit = told(headers, 'Tidegate-Commit')
  const seen = told(headers, 'Tidegate-Hi')
  return {
    results,
    epoch: numberOf(headers, 'Tidegate-Epoch'),
    timeline: numberOf(headers, 'Tidegate-Timeline'),
    commit: commit === null ? undefined : { lsn: parseLsn(commit) },
    seen: seen === null ? undefined : parseLsn(seen),
  }
}

/** A proxy that lost its patience answers with the same status: only the gateway says `behind`. */
export function isBehind(error: unknown): boolean {
  return (
    error instanceof HttpRefusal && error.status === BEHIND_STATUS && outcomeOf(error) === 'behind'
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

function numberOf(headers: Headers, name: GatewayHeader): number | undefined {
  const text = told(headers, name)
  return text === null ? undefined : Number(text)
}
