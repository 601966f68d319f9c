/** What FROM lists: tables, functions, queries in brackets, and how they are joined. */
import { nameOf } from './calls.ts'
import { takeCall, takeKeyword } from './clauses.ts'
import { ALIAS, CLAUSE, CONDITION, EXPRESSION, ITEM, NAMES, START } from './places.ts'
import { type Scan, opensQuery, surprise } from './scan-state.ts'
import { COLUMN_NAME, FREE, RESERVED, TYPE_OR_FUNCTION } from './word-classes.ts'

export function takeItem(scan: Scan, at: number, symbol: string): number {
  const tokens = scan.tokens
  switch (symbol) {
    case 'only':
    case 'lateral':
      return at
    case '(':
      scan.fromItems += 1
      scan.push(opensQuery(tokens, at) ? START : ITEM, ALIAS)
      return at
    case 'rows':
      if (tokens.symbol(at + 1) === 'from' && tokens.symbol(at + 2) === '(') return at + 1
      break
    default:
  }
  const wordClass = tokens.wordClass(at)
  const isFunctionWord = tokens.isFunctionWord(at)
  if (!tokens.isName(at) || (wordClass === RESERVED && !isFunctionWord)) return surprise(scan, at)
  const last = scan.endOfName(at)
  scan.fromItems += 1
  scan.state = ALIAS
  if (isFunctionWord) takeKeyword(scan, at, symbol)
  if (tokens.symbol(last + 1) === '(') {
    takeCall(scan, last + 1, false)
    scan.push(EXPRESSION, ALIAS)
    return last + 1
  }
  if (isFunctionWord) return last
  if (wordClass === TYPE_OR_FUNCTION) return surprise(scan, at)
  readTable(scan, at, last)
  return last
}

function readTable(scan: Scan, first: number, last: number): void {
  const name = scan.tokens.tableName(first, last)
  if (first !== last || !scan.isWithName(name.name)) scan.tablesRead.push(name)
}

export function takeAfterItem(scan: Scan, at: number, symbol: string): number {
  const tokens = scan.tokens
  switch (symbol) {
    case ',':
    case 'join':
      scan.state = ITEM
      return at
    case 'on':
      scan.state = isOnConflict(scan, at) ? CLAUSE : CONDITION
      return at
    case '(':
      scan.columnsRenamed = true
      scan.push(NAMES, ALIAS)
      return at
    case 'tablesample':
      return takeSample(scan, at)
    case 'repeatable':
      if (tokens.symbol(at + 1) !== '(') break
      scan.push(EXPRESSION, ALIAS)
      return at + 1
    case 'with':
      return tokens.symbol(at + 1) === 'ordinality' ? at + 1 : surprise(scan, at)
    case 'set':
    case 'when':
      scan.state = CLAUSE
      return at
    case 'as':
    case '*':
    case 'using':
    case 'left':
    case 'right':
    case 'full':
    case 'inner':
    case 'outer':
    case 'cross':
    case 'natural':
      return at
    default:
  }
  if (!tokens.isName(at)) return surprise(scan, at)
  const wordClass = tokens.wordClass(at)
  if (wordClass === FREE || wordClass === COLUMN_NAME) {
    scan.alias = tokens.name(at)
    return at
  }
  takeKeyword(scan, at, symbol)
  return scan.state === ALIAS ? surprise(scan, at) : at
}

/** `TABLESAMPLE method (`: the method is looked up like a function. */
export function takeSample(scan: Scan, at: number): number {
  const last = scan.endOfName(at + 1)
  if (!scan.tokens.isName(last) || scan.tokens.symbol(last + 1) !== '(') return surprise(scan, at)
  scan.notCacheable('TABLESAMPLE gives other rows each time')
  const name = scan.tokens.name(last)
  scan.calls.push(last === at + 1 ? { name } : nameOf(scan.tokens, last - 2, last))
  scan.push(EXPRESSION, ALIAS)
  return last + 1
}

/** In a SELECT the same words may be a join on what a function of that name says. */
export function isOnConflict(scan: Scan, on: number): boolean {
  return scan.tablesWritten.length > 0 && scan.tokens.symbol(on + 1) === 'conflict'
}
