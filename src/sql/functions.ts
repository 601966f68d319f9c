/** What is known of PostgreSQL's own functions. */
import { builtinFunctions } from './builtin-functions.generated.ts'
import { type Effect, effects } from './effect.ts'

/** Unpacked when it is first asked for: not while a Worker starts. */
let known: Map<string, Effect> | undefined
const planned = new Set<string>()

function unpack(): Map<string, Effect> {
  const table = new Map<string, Effect>()
  builtinFunctions.forEach((names, index) => {
    let before: string[] = []
    for (const [, shared = '', rest = ''] of names.matchAll(/([A-Z])([^A-Z]+)/g)) {
      before = [...before.slice(0, shared.charCodeAt(0) - 65), ...rest.split('_')]
      const name = before.join('_')
      table.set(name, effects[index] ?? 'write')
      if (index >= effects.length) planned.add(name)
    }
  })
  return table
}

/**
 * The worst effect among the overloads of a function of `pg_catalog`. What is missing is refused:
 * functions that nobody calls by name, and those of a PostgreSQL newer than the table.
 */
export function builtinEffect(name: string): Effect | undefined {
  known ??= unpack()
  return known.get(name) ?? (name.startsWith('pg_stat_get_') ? 'local' : undefined)
}

/** Whether EXPLAIN alone may run it: a write that PostgreSQL does not hold for volatile. */
export function isCalledByPlanner(name: string): boolean {
  return planned.has(name)
}
