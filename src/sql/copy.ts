import type { Findings } from './findings.ts'
import type { Statement } from './kind.ts'
import { scanStatement } from './scan.ts'
import type { Tokens } from './tokens.ts'

/** `COPY table [(columns)] TO STDOUT` and `COPY (query) TO STDOUT` read; all other forms do not. */
export function readCopy(tokens: Tokens, from: number, to: number, findings: Findings): Statement {
  findings.notCacheable('COPY is a stream')
  let at = from + 1
  if (tokens.symbol(at) === '(') {
    const close = tokens.partner(at)
    scanStatement(tokens, at, close + 1, findings)
    at = close + 1
  } else {
    if (tokens.symbol(at) === 'binary') at += 1
    const first = at
    while (tokens.symbol(at + 1) === '.') at += 2
    const name = { name: tokens.name(at) }
    const table = at > first ? { schema: tokens.name(at - 2), ...name } : name
    at += 1
    if (tokens.symbol(at) === '(') at = tokens.partner(at) + 1
    if (tokens.symbol(at) === 'to') findings.tablesRead.push(table)
    else findings.tablesWritten.push(table)
  }
  if (tokens.symbol(at) !== 'to') {
    return { kind: 'write', reason: 'COPY FROM changes rows', findings, copy: 'from' }
  }
  if (tokens.symbol(at + 1) !== 'stdout' || at >= to) {
    return {
      kind: 'write',
      reason: "COPY to the server's own files or programs",
      findings,
      copy: 'to',
    }
  }
  const kind = findings.writes === undefined ? 'read' : 'write'
  return { kind, reason: findings.writes ?? 'COPY TO STDOUT only reads', findings, copy: 'to' }
}
