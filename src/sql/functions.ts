/** What is known of PostgreSQL's own functions. */
import { builtinFunctions, plannedWrites } from './builtin-functions.generated.ts'
import type { Effect } from './effect.ts'

const effects: ReadonlyMap<string, Effect> = new Map(
  builtinFunctions.flatMap(([effect, names]) =>
    names.split(' ').map((name): [string, Effect] => [name, effect]),
  ),
)

/**
 * The worst effect among the overloads of a function of `pg_catalog`. What is missing is refused:
 * functions that only other functions call, and those of a PostgreSQL newer than the table.
 */
export function builtinEffect(name: string): Effect | undefined {
  return effects.get(name)
}

const planned = new Set(plannedWrites.split(' '))

/** Whether EXPLAIN alone may run it: a write that PostgreSQL does not hold for volatile. */
export function isCalledByPlanner(name: string): boolean {
  return planned.has(name)
}
