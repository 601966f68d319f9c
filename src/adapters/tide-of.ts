/** Where a query builder's types do not know of `.tide`, what happened to its query all the same. */
import type { TideMetadata } from '../client/metadata.ts'

/** `undefined` for what no query of Tidegate gave: of a single row, ask `session.queries`. */
export function tideOf(result: unknown): TideMetadata | undefined {
  if (typeof result !== 'object' || result === null || !Object.hasOwn(result, 'tide')) {
    return undefined
  }
  const found = Object.getOwnPropertyDescriptor(result, 'tide')
  // A column may be called `tide`; what we add is never enumerable.
  return found?.enumerable === false ? found.value : undefined
}
