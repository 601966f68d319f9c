/** Of what is there in the end: that somebody wrote it, and that what was acknowledged is not missing. */
import type { History } from './history.ts'
import type { Lineage } from './lineage.ts'
import type { Violation } from './verdict.ts'

export function checkEnd({ operations, final }: History, lineage: Lineage): Violation[] {
  const violations: Violation[] = []
  for (const [key, end] of final) {
    for (let point = end; point.parent; point = point.parent) {
      const write = lineage.writes.get(point.value)
      if (write?.keys.includes(key) && write.committed !== 'no') continue
      violations.push({
        kind: 'invented-value',
        message: `key ${key} holds ${point.value}, which nobody has written there`,
        operations: write ? [write] : [],
      })
    }
  }
  for (const operation of operations) {
    if (operation.kind !== 'write' || operation.committed !== 'yes') continue
    const missing = lineage.missing(operation)
    if (missing === undefined || lineage.mayBeLost(operation)) continue
    violations.push({
      kind: 'lost-write',
      message: `key ${missing} lacks ${operation.value}, which was acknowledged`,
      operations: [operation],
    })
  }
  return violations
}
