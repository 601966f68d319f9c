/** Inside the clauses of a query, where expressions stand and where the next clause begins. */
import { calledFunction } from './calls.ts'
import { WORD } from './cells.ts'
import { CLAUSE, CONDITION, EXPRESSION, GROUPING, ITEM, START } from './places.ts'
import { endWhere, type Scan, opensQuery } from './scan-state.ts'
import { isTimeWord } from './time-words.ts'
import { FREE } from './word-classes.ts'

export function takeConstant(scan: Scan, at: number): number {
  if (isTimeWord(scan.tokens, at)) {
    scan.notCacheable('a constant in it may stand for the current time')
  }
  return at
}

export function takeExpression(scan: Scan, at: number, symbol: string): number {
  const { state } = scan
  const tokens = scan.tokens
  switch (symbol) {
    case '(':
      openBracket(scan, at)
      return at
    case '[':
      scan.push(EXPRESSION, state)
      return at
    case ',':
      if (state === CONDITION) scan.state = ITEM
      return at
    case 'join':
      if (state === CONDITION) scan.state = ITEM
      return at
    default:
      if (tokens.kind(at) !== WORD || tokens.wordClass(at) === FREE)
        return checkOperator(scan, at, symbol)
      // After AS any keyword is a label, or a type that takes several words.
      if (tokens.symbol(at - 1) === 'as') return at
      return takeKeyword(scan, at, symbol)
  }
}

export function checkOperator(scan: Scan, at: number, symbol: string): number {
  if (symbol === 'operator' && scan.tokens.symbol(at + 1) === '(') {
    const schema = at + 2
    if (scan.tokens.isName(schema) && scan.tokens.name(schema) !== 'pg_catalog') {
      scan.notUnderstood('it calls an operator that is not of PostgreSQL itself')
    }
  }
  return at
}

/** Keywords that end one clause and begin another, wherever such a clause may stand. */
export function takeKeyword(scan: Scan, at: number, symbol: string): number {
  switch (symbol) {
    case 'for':
      takeLock(scan, at)
      break
    case 'into':
      scan.write('SELECT INTO makes a table')
      return at
    case 'union':
    case 'intersect':
    case 'except':
      endWhere(scan, at)
      scan.state = START
      return at
    default:
      if (scan.tokens.isFunctionWord(at)) {
        scan.notCacheable(`${symbol.toUpperCase()} differs by time or by user`)
        return at
      }
  }
  return scan.state === EXPRESSION ? at : takeClause(scan, at, symbol)
}

export function takeClause(scan: Scan, at: number, symbol: string): number {
  const tokens = scan.tokens
  switch (symbol) {
    case 'from':
      if (isDistinctFrom(scan, at)) return at
      scan.state = ITEM
      break
    case 'where':
      scan.whereFrom = at + 1
      scan.whereTo = -1
      scan.whereDepth = scan.depth
      scan.state = CLAUSE
      break
    case 'group':
      if (tokens.symbol(at + 1) !== 'by') return at
      endWhere(scan, at)
      scan.grouped = true
      scan.state = GROUPING
      break
    case 'having':
    case 'window':
    case 'order':
    case 'limit':
    case 'offset':
    case 'fetch':
    case 'for':
    case 'returning':
      endWhere(scan, at)
      scan.state = CLAUSE
      break
    default:
  }
  return at
}

export function isDistinctFrom(scan: Scan, at: number): boolean {
  const tokens = scan.tokens
  if (tokens.symbol(at - 1) !== 'distinct') return false
  const before = tokens.symbol(at - 2)
  return before === 'is' || (before === 'not' && tokens.symbol(at - 3) === 'is')
}

export function takeLock(scan: Scan, at: number): void {
  const next = scan.tokens.symbol(at + 1)
  if (next === 'update' || next === 'share') addLock(scan, next)
  else if (next === 'key') addLock(scan, 'key share')
  else if (next === 'no') addLock(scan, 'no key update')
}

export function addLock(scan: Scan, strength: string): void {
  scan.locks.push(strength)
  scan.write(`FOR ${strength.toUpperCase()} locks rows`)
}

export function openBracket(scan: Scan, at: number): void {
  const { state } = scan
  if (opensQuery(scan.tokens, at)) {
    scan.push(START, state)
    return
  }
  if (!listsColumns(scan, at)) takeCall(scan, at, state === GROUPING)
  const sets = state === GROUPING && scan.tokens.symbol(at - 1) === 'sets'
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
    case 'conflict':
      return tokens.symbol(before) === 'on'
    case 'insert':
      return tokens.symbol(before) === 'then'
    case 'set':
      return tokens.isName(before) || tokens.symbol(before) === '*'
    default:
      return false
  }
}
