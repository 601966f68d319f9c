/** What one statement is, by its first words. */
import { readCommand, readCreate, readTruncate } from './command.ts'
import { readCopy } from './copy.ts'
import { readExplain } from './explain.ts'
import { Findings } from './findings.ts'
import type { Statement } from './kind.ts'
import { readQuery } from './query.ts'
import { startsQuery } from './scan-state.ts'
import type { Tokens } from './tokens.ts'

export function readStatement(tokens: Tokens, from: number, to: number): Statement {
  const findings = new Findings()
  const head = tokens.symbol(from)
  if (head === '(' || startsQuery(tokens, from)) return readQuery(tokens, from, to, findings)
  switch (head) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return readQuery(tokens, from, to, findings)
    case 'explain':
      return readExplain(tokens, from, to, findings)
    case 'copy':
      return readCopy(tokens, from, to, findings)
    case 'show':
      findings.notCacheable('SHOW answers for the node it runs on')
      findings.local = true
      return { kind: 'read', reason: 'SHOW only reads', findings }
    case 'truncate':
      return readTruncate(tokens, from, to, findings)
    case 'create':
      return readCreate(tokens, from, findings)
    default:
      return readCommand(tokens, from, head, findings)
  }
}
