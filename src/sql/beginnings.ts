/** How a query or a change of rows begins: its first word, its WITH list, its target. */
import { MARK } from './cells.ts'
import { AFTER_TARGET, CLAUSE, ITEM, NAMES, START, TARGET, WITH_NAME } from './places.ts'
import { type Scan, startsQuery, surprise } from './scan-state.ts'
import {
  ALL,
  AS,
  COMMA,
  CYCLE,
  DELETE,
  DISTINCT,
  FROM,
  INSERT,
  INTO,
  MERGE,
  ON,
  ONLY,
  RECURSIVE,
  RETURNING,
  ROUND_OPEN,
  SEARCH,
  SELECT,
  SET,
  TABLE,
  UPDATE,
  USING,
  VALUES,
  WHERE,
  WITH,
} from './symbols.ts'

export function takeStart(scan: Scan, at: number, symbol: number): number {
  const tokens = scan.tokens
  switch (symbol) {
    case SELECT:
    case VALUES:
      scan.queries += 1
      scan.state = CLAUSE
      return at
    case TABLE:
      scan.queries += 1
      scan.state = ITEM
      return at
    case WITH: {
      const next = tokens.symbol(at + 2)
      const recursive = tokens.symbol(at + 1) === RECURSIVE && next !== AS && next !== ROUND_OPEN
      scan.beginWith(recursive)
      return recursive ? at + 1 : at
    }
    case ROUND_OPEN:
      scan.push(START, CLAUSE)
      return at
    case ALL:
    case DISTINCT:
      return at
    case INSERT:
    case UPDATE:
    case DELETE:
    case MERGE:
      scan.write(`${tokens.word(at).toUpperCase()} changes rows`)
      scan.state = TARGET
      return at
    default:
      scan.notUnderstood()
      scan.state = CLAUSE
      return at
  }
}

export function takeWithName(scan: Scan, at: number, symbol: number): number {
  if (symbol === ROUND_OPEN) {
    if (scan.atWithBody()) scan.openWithBody()
    else scan.push(NAMES, WITH_NAME)
  } else if (symbol === AS) scan.seeAs()
  else if (scan.tokens.isName(at)) scan.nameWith(scan.tokens.name(at))
  else return surprise(scan, at)
  return at
}

export function takeWithNext(scan: Scan, at: number, symbol: number): number {
  if (symbol === COMMA) {
    scan.nextWith()
    return at
  }
  // SEARCH ... SET column, CYCLE ... USING column: their own commas are not the list's.
  if (symbol === SEARCH) return skipTo(scan, SET, at)
  if (symbol === CYCLE) return skipTo(scan, USING, at)
  return takeStart(scan, at, symbol)
}

export function skipTo(scan: Scan, word: number, at: number): number {
  let end = at
  while (end < scan.to && scan.tokens.symbol(end) !== word) {
    if (scan.tokens.kind(end) === MARK && scan.tokens.symbol(end) !== COMMA)
      return surprise(scan, end)
    end += 1
  }
  return end + 1
}

export function takeTarget(scan: Scan, at: number, symbol: number): number {
  if (symbol === INTO || symbol === FROM || symbol === ONLY) return at
  if (!scan.tokens.isName(at)) return surprise(scan, at)
  const last = scan.endOfName(at)
  scan.tablesWritten.push(scan.tokens.tableName(at, last))
  scan.state = AFTER_TARGET
  return last
}

export function takeAfterTarget(scan: Scan, at: number, symbol: number): number {
  switch (symbol) {
    case ROUND_OPEN:
      scan.push(startsQuery(scan.tokens, at + 1) ? START : NAMES, AFTER_TARGET)
      return at
    case SELECT:
    case VALUES:
    case TABLE:
    case WITH:
      return takeStart(scan, at, symbol)
    case USING:
      scan.state = ITEM
      return at
    case SET:
    case ON:
    case WHERE:
    case RETURNING:
      scan.state = CLAUSE
      return at
    default:
      return at
  }
}
