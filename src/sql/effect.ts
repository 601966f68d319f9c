/**
 * What calling a function does to where a statement may go, mildest first.
 *
 * - `cacheable`: the answer depends on the arguments and on settings of the database or role alone.
 * - `read`: changes nothing, but its answer varies otherwise: the time, the user, chance, the catalog.
 * - `local`: a read that answers for the node it runs on.
 * - `session`: sets or reads something that belongs to one connection.
 * - `write`: changes data, or works on the primary only.
 */
export type Effect = 'cacheable' | 'read' | 'local' | 'session' | 'write'

export const effects: readonly Effect[] = ['cacheable', 'read', 'local', 'session', 'write']

export function worstEffect(a: Effect, b: Effect): Effect {
  return effects.indexOf(a) > effects.indexOf(b) ? a : b
}
