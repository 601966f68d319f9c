import type { Findings } from './findings.ts'

/**
 * - `read`: may run on a replica.
 * - `write`: for the primary; so is whatever is not certainly a read.
 * - `session`: does something to its connection, which over HTTP no later statement shares.
 * - `transaction`: begins, ends or divides a transaction.
 * - `empty`: blank space and comments.
 */
export type Kind = 'read' | 'write' | 'session' | 'transaction' | 'empty'

export interface Statement {
  readonly kind: Kind
  /** For people: what decided the kind. */
  readonly reason: string
  readonly findings: Findings
  readonly explain?: 'plan' | 'analyze' | undefined
  readonly copy?: 'to' | 'from' | undefined
}
