/** What FROM lists: tables, functions, queries in brackets, and how they are joined. */
import { nameOf } from './calls.ts'
import { takeCall, takeKeyword } from './clauses.ts'
import { ALIAS, CLAUSE, CONDITION, EXPRESSION, ITEM, NAMES, START } from './places.ts'
import { type Scan, opensQuery, surprise } from './scan-state.ts'
import {
  AS,
  COMMA,
  CONFLICT,
  CROSS,
  FROM,
  FULL,
  INNER,
  JOIN,
  LATERAL,
  LEFT,
  NATURAL,
  ON,
  ONLY,
  ORDINALITY,
  OUTER,
  REPEATABLE,
  RIGHT,
  ROUND_OPEN,
  ROWS,
  SET,
  STAR,
  TABLESAMPLE,
  USING,
  WHEN,
  WITH,
} from './symbols.ts'
import { COLUMN_NAME, FREE, RESERVED, TYPE_OR_FUNCTION } from './word-classes.ts'

export function takeItem(scan: Scan, at: number, symbol: number): number {
  const tokens = scan.tokens
  switch (symbol) {
    case ONLY:
    case LATERAL:
      return at
    case ROUND_OPEN:
      scan.fromItems += 1
      scan.push(opensQuery(tokens, at) ? START : ITEM, ALIAS)
      return at
    case ROWS:
      if (tokens.symbol(at + 1) === FROM && tokens.symbol(at + 2) === ROUND_OPEN) return at + 1
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
  if (tokens.symbol(last + 1) === ROUND_OPEN) {
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

export function takeAfterItem(scan: Scan, at: number, symbol: number): number {
  const tokens = scan.tokens
  switch (symbol) {
    case COMMA:
    case JOIN:
      scan.state = ITEM
      return at
    case ON:
      scan.state = isOnConflict(scan, at) ? CLAUSE : CONDITION
      return at
    case ROUND_OPEN:
      scan.columnsRenamed = true
      scan.push(NAMES, ALIAS)
      return at
    case TABLESAMPLE:
      return takeSample(scan, at)
    case REPEATABLE:
      if (tokens.symbol(at + 1) !== ROUND_OPEN) break
      scan.push(EXPRESSION, ALIAS)
      return at + 1
    case WITH:
      return tokens.symbol(at + 1) === ORDINALITY ? at + 1 : surprise(scan, at)
    case SET:
    case WHEN:
      scan.state = CLAUSE
      return at
    case AS:
    case STAR:
    case USING:
    case LEFT:
    case RIGHT:
    case FULL:
    case INNER:
    case OUTER:
    case CROSS:
    case NATURAL:
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
  if (!scan.tokens.isName(last) || scan.tokens.symbol(last + 1) !== ROUND_OPEN)
    return surprise(scan, at)
  scan.notCacheable('TABLESAMPLE gives other rows each time')
  const name = scan.tokens.name(last)
  scan.calls.push(last === at + 1 ? { name } : nameOf(scan.tokens, last - 2, last))
  scan.push(EXPRESSION, ALIAS)
  return last + 1
}

/** In a SELECT the same words may be a join on what a function of that name says. */
export function isOnConflict(scan: Scan, on: number): boolean {
  return scan.tablesWritten.length > 0 && scan.tokens.symbol(on + 1) === CONFLICT
}
