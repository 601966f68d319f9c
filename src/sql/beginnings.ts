/** How a query or a change of rows begins: its first word, its WITH list, its target. */
import { MARK } from './cells.ts'
import { AFTER_TARGET, CLAUSE, ITEM, NAMES, START, TARGET, WITH_NAME } from './places.ts'
import { type Scan, startsQuery, surprise } from './scan-state.ts'

export function takeStart(scan: Scan, at: number, symbol: string): number {
  const tokens = scan.tokens
  switch (symbol) {
    case 'select':
    case 'values':
      scan.queries += 1
      scan.state = CLAUSE
      return at
    case 'table':
      scan.queries += 1
      scan.state = ITEM
      return at
    case 'with': {
      const next = tokens.symbol(at + 2)
      const recursive = tokens.symbol(at + 1) === 'recursive' && next !== 'as' && next !== '('
      scan.beginWith(recursive)
      return recursive ? at + 1 : at
    }
    case '(':
      scan.push(START, CLAUSE)
      return at
    case 'all':
    case 'distinct':
      return at
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      scan.write(`${symbol.toUpperCase()} changes rows`)
      scan.state = TARGET
      return at
    default:
      scan.notUnderstood()
      scan.state = CLAUSE
      return at
  }
}

export function takeWithName(scan: Scan, at: number, symbol: string): number {
  if (symbol === '(') {
    if (scan.atWithBody()) scan.openWithBody()
    else scan.push(NAMES, WITH_NAME)
  } else if (symbol === 'as') scan.seeAs()
  else if (scan.tokens.isName(at)) scan.nameWith(scan.tokens.name(at))
  else return surprise(scan, at)
  return at
}

export function takeWithNext(scan: Scan, at: number, symbol: string): number {
  if (symbol === ',') {
    scan.nextWith()
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
  const last = scan.endOfName(at)
  scan.tablesWritten.push(scan.tokens.tableName(at, last))
  scan.state = AFTER_TARGET
  return last
}

export function takeAfterTarget(scan: Scan, at: number, symbol: string): number {
  switch (symbol) {
    case '(':
      scan.push(startsQuery(scan.tokens, at + 1) ? START : NAMES, AFTER_TARGET)
      return at
    case 'select':
    case 'values':
    case 'table':
    case 'with':
      return takeStart(scan, at, symbol)
    case 'using':
      scan.state = ITEM
      return at
    case 'set':
    case 'on':
    case 'where':
    case 'returning':
      scan.state = CLAUSE
      return at
    default:
      return at
  }
}
