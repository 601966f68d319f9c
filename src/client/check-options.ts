/**
 * Options as they come from JavaScript or a file, where no type stands in the way: a misspelt `strong`
 * must not become a weaker read in silence.
 */
import { checkDurability, freshnessWords, routes } from '../sql/outcome.ts'
import { fieldsOf, invalid } from '../sql/validate.ts'
import type { FreshnessOption, NarrowingOptions } from './query-options.ts'

export const narrowingFields: readonly string[] = [
  'freshness',
  'route',
  'cache',
  'pool',
  'durability',
  'timeoutMs',
  'signal',
]
export const queryFields: readonly string[] = [
  ...narrowingFields,
  'arrayMode',
  'fullResults',
  'types',
]
export const transactionFields: readonly string[] = [
  ...queryFields,
  'isolationLevel',
  'readOnly',
  'deferrable',
]

/** @throws TidegateError `CONFIG_INVALID`, naming the field */
export function checkOptions(
  options: NarrowingOptions,
  where: string,
  fields: readonly string[],
): void {
  fieldsOf(where, options, fields)
  const { freshness, route, timeoutMs, durability } = options
  if (freshness !== undefined && !isFreshness(freshness)) {
    const words = freshnessWords.join(', ')
    throw invalid('freshness', `should be one of ${words}, { within: ms } or { atLeast: token }`)
  }
  if (route !== undefined && !routes.includes(route)) {
    throw invalid('route', `should be one of ${routes.join(', ')}`)
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw invalid('timeoutMs', 'should be a number above 0')
  }
  checkDurability('durability', durability)
}

function isFreshness(freshness: FreshnessOption | null): boolean {
  if (typeof freshness === 'string') return freshnessWords.includes(freshness)
  if (typeof freshness !== 'object' || freshness === null) return false
  return 'within' in freshness
    ? Number.isFinite(freshness.within) && freshness.within >= 0
    : typeof freshness.atLeast === 'string'
}
