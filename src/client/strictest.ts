import type { FreshnessOption } from './query-options.ts'

/** Of one transaction. What differs cannot be compared, but the newest data is enough for all. */
export function strictest(all: readonly FreshnessOption[]): FreshnessOption {
  const [first, ...others] = all.filter((freshness) => freshness !== 'any')
  if (first === undefined) return 'any'
  return others.every((other) => other === first) ? first : 'strong'
}
