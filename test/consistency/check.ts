/** Whether a history is one that Tidegate allows, and if not, the two operations that disagree. */
import { checkEnd } from './check-end.ts'
import { checkReads } from './check-reads.ts'
import { checkSessions } from './check-sessions.ts'
import type { History } from './history.ts'
import { Lineage } from './lineage.ts'
import type { Violation } from './verdict.ts'

export function check(history: History): readonly Violation[] {
  const lineage = new Lineage(history)
  return [
    ...checkEnd(history, lineage),
    ...checkSessions(history, lineage),
    ...checkReads(history, lineage),
  ]
}
