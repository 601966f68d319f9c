/** What setup does, one thing at a time, so that all of it can be shown before it is done. */
import type { Database } from '../reach/database.ts'

export interface Step {
  readonly node: string
  /** For people. */
  readonly what: string
  /** As it is shown; a password's verifier is left out. */
  readonly sql: string
  readonly run: () => Promise<void>
}

export interface Plan {
  readonly steps: readonly Step[]
  /** What was found in place, or is left as it is, and why. */
  readonly notes: readonly string[]
}

export function sqlStep(database: Database, what: string, sql: string): Step {
  return {
    node: database.node.name,
    what,
    sql,
    run: async () => {
      await database.ask(sql)
    },
  }
}
