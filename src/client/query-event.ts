/** What an app may be told of each query. */
import type { TidegateError } from '../errors.ts'
import { type Footprint, formatName } from '../sql/index.ts'
import type { TideMetadata } from './metadata.ts'
import type { Plan } from './plan.ts'

/** What one query did. No text and no value: the fingerprint has neither. */
export interface QueryEvent {
  readonly fingerprint: string
  readonly kind: Footprint['kind']
  readonly rule: string | undefined
  /** That the text names, as one would write them. */
  readonly tables: readonly string[]
  /** From the call to the answer or the error. */
  readonly ms: number
  readonly tide: TideMetadata | undefined
  readonly error: TidegateError | undefined
}

export function toEvent(
  { footprints, writes, rule }: Plan,
  ms: number,
  tide: TideMetadata | undefined,
  error: TidegateError | undefined,
): QueryEvent {
  return {
    fingerprint: footprints.map(({ fingerprint }) => fingerprint).join('; '),
    kind: writes ? 'write' : 'read',
    rule,
    tables: [...new Set(footprints.flatMap(tablesOf))],
    ms,
    tide,
    error,
  }
}

function tablesOf({ tables: { read, written } }: Footprint): string[] {
  return [read, written].flatMap((names) => (names === 'unknown' ? [] : names.map(formatName)))
}
