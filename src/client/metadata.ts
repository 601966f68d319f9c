/** What happened to a query, on each result as `.tide`. */
import type { NodeRole } from '../drivers/driver.ts'
import type { Tried } from '../errors.ts'
import type { Served } from '../gate/gate.ts'
import { formatLsn } from '../tide/lsn.ts'
import type { Position } from '../tide/position.ts'

export interface TideMetadata {
  readonly node: string
  readonly region: string
  /** `undefined` of an answer from the cache. */
  readonly role: NodeRole | undefined
  readonly source: 'primary' | 'replica' | 'cache'
  /** Why it went there. */
  readonly reason: string
  /** Whom it was asked of, in order, the last one served. */
  readonly attempts: readonly Tried[]
  /** From the call to the answer. */
  readonly ms: number
  /** How much of that had passed when the node was asked that served. */
  readonly waitedMs: number
  /** What the cache said, where it was asked: `hit`, `miss`, `stale: …`, `behind`, `bypass: …`. */
  readonly cache: string | undefined
  /** How far along the primary's history the answer may reach, as `epoch:lsn`. */
  readonly position: string | undefined
  /** The answer is at most so old, in ms. `undefined`: nobody knows. */
  readonly stalenessMs: number | undefined
}

/** What is known of an answer besides who gave it. */
interface Seen {
  /** By the client's clock. */
  readonly begun: number
  readonly now: number
  readonly hi: Position | undefined
  readonly cache: string | undefined
}

export function tideOfNode(
  { node: { target, region }, reason, tried, askedAt }: Served<unknown>,
  seen: Seen & Pick<TideMetadata, 'role' | 'stalenessMs'>,
): TideMetadata {
  const { role, begun, now, hi, cache, stalenessMs } = seen
  return {
    node: target.name,
    region,
    role,
    source: role === 'primary' ? 'primary' : 'replica',
    reason,
    attempts: tried,
    ms: now - begun,
    waitedMs: askedAt - begun,
    cache,
    // Few look at it, and writing it takes longer than the rest together.
    get position() {
      return formatPosition(hi)
    },
    stalenessMs,
  }
}

export function tideOfCache(
  seen: Seen & { readonly region: string; readonly at: number | undefined },
): TideMetadata {
  const { region, begun, now, hi, cache, at } = seen
  return {
    node: 'cache',
    region,
    role: undefined,
    source: 'cache',
    reason: 'the cache is known to have what is needed',
    attempts: [],
    ms: now - begun,
    waitedMs: 0,
    cache,
    get position() {
      return formatPosition(hi)
    },
    stalenessMs: at === undefined ? undefined : Math.max(0, Date.now() - at),
  }
}

function formatPosition(position: Position | undefined): string | undefined {
  return position && `${position.epoch}:${formatLsn(position.lsn)}`
}

/** Adds `.tide` where neither JSON nor loops nor comparisons see it. */
export function withMetadata<T extends object>(
  result: T,
  tide: TideMetadata,
): T & { tide: TideMetadata } {
  Object.defineProperty(result, 'tide', { value: tide })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the line above makes it one
  return result as T & { tide: TideMetadata }
}

/** One `Server-Timing` header for all queries of a response. */
export function serverTiming(all: readonly TideMetadata[]): string {
  return all
    .map(
      ({ node, role, source, ms }, index) =>
        `tide${index};dur=${ms.toFixed(1)};desc="${node} ${role ?? source}"`,
    )
    .join(', ')
}

/** In place of what was added for earlier ones of these. */
export function addServerTiming(headers: Headers, all: readonly TideMetadata[]): void {
  if (all.length === 0) return
  const others = headers.get('server-timing')?.replaceAll(/tide\d+;dur=[^,]*(?:, *|$)/g, '')
  headers.set(
    'server-timing',
    [others?.replace(/, *$/, ''), serverTiming(all)].filter(Boolean).join(', '),
  )
}
