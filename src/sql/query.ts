import type { Findings } from './findings.ts'
import type { Statement } from './kind.ts'
import { scanStatement } from './scan.ts'
import type { Tokens } from './tokens.ts'

/** A query, or a statement that changes rows. */
export function readQuery(tokens: Tokens, from: number, to: number, findings: Findings): Statement {
  scanStatement(tokens, from, to, findings)
  const kind = findings.writes === undefined ? 'read' : 'write'
  return { kind, reason: findings.writes ?? 'it only reads', findings }
}
