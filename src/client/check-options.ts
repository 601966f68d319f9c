/**
 * Options as they come from JavaScript or a file, where no type stands in the way: a misspelt `strong`
 * must not become a weaker read in silence.
 */
import { check, checkFields, checkWord } from '../check.ts'
import { checkDurability, freshnessWords, routes } from '../sql/outcome.ts'
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
  checkFields(where, options, fields)
  const { freshness, route, timeoutMs, durability } = options
  check(
    freshness === undefined || isFreshness(freshness),
    'freshness',
    `one of ${freshnessWords.join(', ')}, { within: ms } or { atLeast: token }`,
  )
  checkWord('route', route, routes)
  check(timeoutMs === undefined || timeoutMs > 0, 'timeoutMs', 'a number above 0')
  checkDurability('durability', durability)
}

function isFreshness(freshness: FreshnessOption | null): boolean {
  if (typeof freshness === 'string') return freshnessWords.includes(freshness)
  if (typeof freshness !== 'object' || freshness === null) return false
  return 'within' in freshness
    ? Number.isFinite(freshness.within) && freshness.within >= 0
    : typeof freshness.atLeast === 'string'
}
