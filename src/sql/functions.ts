/** What is known of PostgreSQL's own functions. */
import { builtinFunctions } from './builtin-functions.generated.ts'
import { type Effect, effects } from './effect.ts'

/**
 * What stands before a name in the table: the first where it shares no word with the name before it,
 * the second where it shares one, and so on. Signs that code is full of compress best.
 */
export const wordMarks = ', (=-:'

/** Unpacked when it is first asked for: not while a Worker starts. */
let known: Map<string, Effect> | undefined
const planned = new Set<string>()

function unpack(): Map<string, Effect> {
  const table = new Map<string, Effect>()
  builtinFunctions.forEach((names, index) => {
    let before: string[] = []
    for (const [, mark = '', rest = ''] of names.matchAll(/(\W)(\w+)/g)) {
      before = [...before.slice(0, wordMarks.indexOf(mark)), ...rest.split('_')]
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
