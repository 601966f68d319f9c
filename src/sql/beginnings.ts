/** How a query or a change of rows begins: its first word, its WITH list, its target. */
import * as layout from './cells.ts'
import * as places from './places.ts'
import { endOfName, type Scan, startsQuery, surprise } from './scan-state.ts'

const { MARK } = layout
const { AFTER_TARGET, CLAUSE, ITEM, NAMES, START, TARGET, WITH_NAME } = places

export function takeStart(scan: Scan, at: number, symbol: string): number {
  const frames = scan.frames
  const tokens = scan.tokens
  switch (symbol) {
    case 'select':
    case 'values':
      scan.findings.queries += 1
      frames.state = CLAUSE
      return at
    case 'table':
      scan.findings.queries += 1
      frames.state = ITEM
      return at
    case 'with': {
      const next = tokens.symbol(at + 2)
      const recursive = tokens.symbol(at + 1) === 'recursive' && next !== 'as' && next !== '('
      scan.findings.hasWith = true
      frames.beginWith(recursive)
      return recursive ? at + 1 : at
    }
    case '(':
      frames.push(START, CLAUSE)
      return at
    case 'all':
    case 'distinct':
      return at
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      scan.findings.write(`${symbol.toUpperCase()} changes rows`)
      frames.state = TARGET
      return at
    default:
      scan.findings.notUnderstood()
      frames.state = CLAUSE
      return at
  }
}

export function takeWithName(scan: Scan, at: number, symbol: string): number {
  const frames = scan.frames
  if (symbol === '(') {
    if (frames.atWithBody()) frames.openWithBody()
    else frames.push(NAMES, WITH_NAME)
  } else if (symbol === 'as') frames.seeAs()
  else if (scan.tokens.isName(at)) frames.nameWith(scan.tokens.name(at))
  else return surprise(scan, at)
  return at
}

export function takeWithNext(scan: Scan, at: number, symbol: string): number {
  const frames = scan.frames
  if (symbol === ',') {
    frames.nextWith()
    return at
  }
  // SEARCH ... SET column, CYCLE ... USING column: their own commas are not the list's.
  if (symbol === 'search') return skipTo(scan, 'set', at)
  if (symbol === 'cycle') return skipTo(scan, 'using', at)
  return takeStart(scan, at, symbol)
}

export function skipTo(scan: Scan, word: string, at: number): number {
  let end = at
  while (end < scan.to && scan.tokens.symbol(end) !== word) {
    if (scan.tokens.kind(end) === MARK && scan.tokens.symbol(end) !== ',')
      return surprise(scan, end)
    end += 1
  }
  return end + 1
}

export function takeTarget(scan: Scan, at: number, symbol: string): number {
  if (symbol === 'into' || symbol === 'from' || symbol === 'only') return at
  if (!scan.tokens.isName(at)) return surprise(scan, at)
  const last = endOfName(scan, at)
  const name = scan.tokens.name(last)
  scan.findings.tablesWritten.push(
    last === at ? { name } : { schema: scan.tokens.name(last - 2), name },
  )
  scan.frames.state = AFTER_TARGET
  return last
}

export function takeAfterTarget(scan: Scan, at: number, symbol: string): number {
  const frames = scan.frames
  switch (symbol) {
    case '(':
      frames.push(startsQuery(scan.tokens, at + 1) ? START : NAMES, AFTER_TARGET)
      return at
    case 'select':
    case 'values':
    case 'table':
    case 'with':
      return takeStart(scan, at, symbol)
    case 'using':
      frames.state = ITEM
      return at
    case 'set':
    case 'on':
    case 'where':
    case 'returning':
      frames.state = CLAUSE
      return at
    default:
      return at
  }
}
