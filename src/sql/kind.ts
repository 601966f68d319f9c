/**
 * - `read`: may run on a replica.
 * - `write`: for the primary; so is whatever is not certainly a read.
 * - `session`: does something to its connection, which over HTTP no later statement shares.
 * - `transaction`: begins, ends or divides a transaction.
 * - `empty`: blank space and comments.
 */
export type Kind = 'read' | 'write' | 'session' | 'transaction' | 'empty'

const order: readonly Kind[] = ['empty', 'read', 'transaction', 'session', 'write']

export function isWorse(kind: Kind, than: Kind): boolean {
  return order.indexOf(kind) > order.indexOf(than)
}
