import type { Findings } from './findings.ts'
import { Frames } from './frames.ts'
import type { Tokens } from './tokens.ts'

/** One scan of one statement. */
export class Scan {
  readonly frames: Frames = new Frames()
  /** The depth of the brackets that WHERE stands in. */
  whereDepth = -1
  readonly tokens: Tokens
  readonly to: number
  readonly findings: Findings

  constructor(tokens: Tokens, to: number, findings: Findings) {
    this.tokens = tokens
    this.to = to
    this.findings = findings
  }
}

/** Whether a query begins at this token. */
export function startsQuery(tokens: Tokens, index: number): boolean {
  switch (tokens.symbol(index)) {
    case 'select':
    case 'with':
      return true
    case 'values':
      return tokens.symbol(index + 1) === '('
    case 'table':
      return tokens.isName(index + 1)
    default:
      return false
  }
}

export function endWhere(scan: Scan, at: number): void {
  const findings = scan.findings
  if (findings.whereFrom === -1 || findings.whereTo !== -1) return
  if (scan.frames.depth === scan.whereDepth) findings.whereTo = at
}

export function surprise(scan: Scan, at: number): number {
  scan.findings.notUnderstood()
  scan.findings.tablesUnknown = true
  return at
}

/** The last token of `name`, `schema.name` or `database.schema.name`. */
export function endOfName(scan: Scan, at: number): number {
  let last = at
  while (scan.tokens.symbol(last + 1) === '.' && scan.tokens.isName(last + 2)) last += 2
  return last
}

/** PostgreSQL takes a change of rows only as a WITH query. Elsewhere it is refused, not overlooked. */
function startsChange(tokens: Tokens, index: number): boolean {
  const next = tokens.symbol(index + 1)
  switch (tokens.symbol(index)) {
    case 'insert':
    case 'merge':
      return next === 'into'
    case 'delete':
      return next === 'from'
    case 'update':
      return tokens.symbol(index + 2) === 'set' || tokens.symbol(index + 4) === 'set'
    default:
      return false
  }
}

/** Whether a bracket holds a query of its own. */
export function opensQuery(tokens: Tokens, bracket: number): boolean {
  return startsQuery(tokens, bracket + 1) || startsChange(tokens, bracket + 1)
}
