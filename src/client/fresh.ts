import type { Fresh } from '../cache/cache.ts'
import type { ServedRead } from '../gate/gate.ts'

/** What may be kept of an answer: one statement's, whose positions are known. */
export function toFresh({ answer, sight: { lo, hi, at } }: ServedRead): Fresh | undefined {
  const [result, ...others] = answer.results
  if (!result || others.length > 0 || hi === undefined) return undefined
  return { result, lo, hi, at }
}
