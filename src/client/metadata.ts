/** What happened to a query, on each result as `.tide`. */
import type { NodeRole } from '../drivers/driver.ts'
import type { Tried } from '../gate/gate.ts'
import { formatLsn } from '../tide/lsn.ts'
import type { Position } from '../tide/position.ts'

export interface TideMetadata {
  readonly node: string
  readonly region: string
  readonly role: NodeRole
  readonly source: 'primary' | 'replica'
  /** Why it went there. */
  readonly reason: string
  /** Whom it was asked of, in order, the last one served. */
  readonly attempts: readonly Tried[]
  /** From the call to the answer. */
  readonly ms: number
  /** How much of that had passed when the node was asked that served. */
  readonly waitedMs: number
  /** How far along the primary's history the answer may reach, as `epoch:lsn`. */
  readonly position: string | undefined
  /** The answer is at most so old, in ms. `undefined`: nobody knows. */
  readonly stalenessMs: number | undefined
}

export function formatPosition({ epoch, lsn }: Position): string {
  return `${epoch}:${formatLsn(lsn)}`
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
    .map(({ node, role, ms }, index) => `tide${index};dur=${ms.toFixed(1)};desc="${node} ${role}"`)
    .join(', ')
}
