/** Inside the clauses of a query, where expressions stand and where the next clause begins. */
import { calledFunction } from './calls.ts'
import { WORD } from './cells.ts'
import { CLAUSE, CONDITION, EXPRESSION, GROUPING, ITEM, START } from './places.ts'
import { endWhere, type Scan, opensQuery } from './scan-state.ts'
import {
  AS,
  BY,
  COMMA,
  CONFLICT,
  DISTINCT,
  EXCEPT,
  FETCH,
  FOR,
  FROM,
  GROUP,
  HAVING,
  INSERT,
  INTERSECT,
  INTO,
  IS,
  JOIN,
  KEY,
  LIMIT,
  NO,
  NOT,
  OFFSET,
  ON,
  OPERATOR_WORD,
  ORDER,
  RETURNING,
  ROUND_OPEN,
  SET,
  SETS,
  SHARE,
  SQUARE_OPEN,
  STAR,
  THEN,
  UNION,
  UPDATE,
  WHERE,
  WINDOW,
} from './symbols.ts'
import { isTimeWord } from './time-words.ts'
import { FREE } from './word-classes.ts'

export function takeConstant(scan: Scan, at: number): number {
  if (isTimeWord(scan.tokens, at)) {
    scan.notCacheable('a constant in it may stand for the current time')
  }
  return at
}

export function takeExpression(scan: Scan, at: number, symbol: number): number {
  const { state } = scan
  const tokens = scan.tokens
  switch (symbol) {
    case ROUND_OPEN:
      openBracket(scan, at)
      return at
    case SQUARE_OPEN:
      scan.push(EXPRESSION, state)
      return at
    case COMMA:
    case JOIN:
      if (state === CONDITION) scan.state = ITEM
      return at
    default:
      if (tokens.kind(at) !== WORD || tokens.wordClass(at) === FREE)
        return checkOperator(scan, at, symbol)
      // After AS any keyword is a label, or a type that takes several words.
      if (tokens.symbol(at - 1) === AS) return at
      return takeKeyword(scan, at, symbol)
  }
}

export function checkOperator(scan: Scan, at: number, symbol: number): number {
  if (symbol === OPERATOR_WORD && scan.tokens.symbol(at + 1) === ROUND_OPEN) {
    const schema = at + 2
    if (scan.tokens.isName(schema) && scan.tokens.name(schema) !== 'pg_catalog') {
      scan.notUnderstood('it calls an operator that is not of PostgreSQL itself')
    }
  }
  return at
}

/** Keywords that end one clause and begin another, wherever such a clause may stand. */
export function takeKeyword(scan: Scan, at: number, symbol: number): number {
  switch (symbol) {
    case FOR:
      takeLock(scan, at)
      break
    case INTO:
      scan.write('SELECT INTO makes a table')
      return at
    case UNION:
    case INTERSECT:
    case EXCEPT:
      endWhere(scan, at)
      scan.state = START
      return at
    default:
      if (scan.tokens.isFunctionWord(at)) {
        scan.notCacheable(`${scan.tokens.word(at).toUpperCase()} differs by time or by user`)
        return at
      }
  }
  return scan.state === EXPRESSION ? at : takeClause(scan, at, symbol)
}

export function takeClause(scan: Scan, at: number, symbol: number): number {
  const tokens = scan.tokens
  switch (symbol) {
    case FROM:
      if (isDistinctFrom(scan, at)) return at
      scan.state = ITEM
      break
    case WHERE:
      scan.whereFrom = at + 1
      scan.whereTo = -1
      scan.whereDepth = scan.depth
      scan.state = CLAUSE
      break
    case GROUP:
      if (tokens.symbol(at + 1) !== BY) return at
      endWhere(scan, at)
      scan.grouped = true
      scan.state = GROUPING
      break
    case HAVING:
    case WINDOW:
    case ORDER:
    case LIMIT:
    case OFFSET:
    case FETCH:
    case FOR:
    case RETURNING:
      endWhere(scan, at)
      scan.state = CLAUSE
      break
    default:
  }
  return at
}

export function isDistinctFrom(scan: Scan, at: number): boolean {
  const tokens = scan.tokens
  if (tokens.symbol(at - 1) !== DISTINCT) return false
  const before = tokens.symbol(at - 2)
  return before === IS || (before === NOT && tokens.symbol(at - 3) === IS)
}

export function takeLock(scan: Scan, at: number): void {
  const next = scan.tokens.symbol(at + 1)
  if (next === UPDATE || next === SHARE) addLock(scan, scan.tokens.word(at + 1))
  else if (next === KEY) addLock(scan, 'key share')
  else if (next === NO) addLock(scan, 'no key update')
}

export function addLock(scan: Scan, strength: string): void {
  if (!scan.locks.includes(strength)) scan.locks.push(strength)
  scan.write(`FOR ${strength.toUpperCase()} locks rows`)
}

export function openBracket(scan: Scan, at: number): void {
  const { state } = scan
  if (opensQuery(scan.tokens, at)) {
    scan.push(START, state)
    return
  }
  if (!listsColumns(scan, at)) takeCall(scan, at, state === GROUPING)
  const sets = state === GROUPING && scan.tokens.symbol(at - 1) === SETS
  scan.push(sets ? GROUPING : EXPRESSION, state)
}

export function takeCall(scan: Scan, bracket: number, grouping: boolean): void {
  const call = calledFunction(scan.tokens, bracket, grouping)
  if (call === 'unclear') scan.notUnderstood()
  else if (call) scan.calls.push(call)
}

/** `ON CONFLICT (`, `SET (` and `THEN INSERT (` list columns in a statement that changes rows. */
export function listsColumns(scan: Scan, bracket: number): boolean {
  if (scan.tablesWritten.length === 0) return false
  const tokens = scan.tokens
  const before = bracket - 2
  switch (tokens.symbol(bracket - 1)) {
    case CONFLICT:
      return tokens.symbol(before) === ON
    case INSERT:
      return tokens.symbol(before) === THEN
    case SET:
      return tokens.isName(before) || tokens.symbol(before) === STAR
    default:
      return false
  }
}
