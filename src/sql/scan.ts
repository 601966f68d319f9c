/**
 * Reads SELECT, VALUES, TABLE, WITH and the statements that change rows, token by token, without a
 * syntax tree: a stack of frames says where each bracket stands. What does not fit makes the
 * statement a write, so a construct that is not known here costs a route and never an answer.
 */
import { calledFunction, nameOf } from './calls.ts'
import type { Findings } from './findings.ts'
import {
  AFTER_TARGET,
  ALIAS,
  CLAUSE,
  CONDITION,
  EXPRESSION,
  Frames,
  GROUPING,
  ITEM,
  NAMES,
  START,
  TARGET,
  WITH_NAME,
  WITH_NEXT,
} from './frames.ts'
import { COLUMN_NAME, FREE, RESERVED, TYPE_OR_FUNCTION } from './keywords.ts'
import { isTimeWord } from './time-words.ts'
import { MARK, STRING, type Tokens, WORD } from './tokens.ts'

/** Functions that are called without brackets. */
const functionWords = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'system_user',
  'user',
])

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

/** Fills `findings` from the tokens `from` up to `to`, which must be a whole statement. */
export function scan(tokens: Tokens, from: number, to: number, findings: Findings): void {
  new Scan(tokens, to, findings).run(from)
}

class Scan {
  readonly #tokens: Tokens
  readonly #to: number
  readonly #findings: Findings
  readonly #frames = new Frames()
  /** The depth of the brackets that WHERE stands in. */
  #whereDepth = -1

  constructor(tokens: Tokens, to: number, findings: Findings) {
    this.#tokens = tokens
    this.#to = to
    this.#findings = findings
  }

  run(from: number): void {
    for (let at = from; at < this.#to; at += 1) at = this.#step(at)
    this.#endWhere(this.#to)
  }

  /** Takes one token, or a few that belong together, and gives the last of them. */
  #step(at: number): number {
    const tokens = this.#tokens
    const symbol = tokens.symbol(at)
    if (symbol === ')' || symbol === ']') {
      if (this.#frames.depth === this.#whereDepth) this.#endWhere(at)
      this.#frames.pop()
      return at
    }
    // A keyword after a dot is a column's name.
    if (tokens.kind(at) === WORD && tokens.symbol(at - 1) === '.') return at
    switch (this.#frames.state) {
      case EXPRESSION:
      case CLAUSE:
      case GROUPING:
      case CONDITION:
        return symbol === '' ? this.#value(at) : this.#expression(at, symbol)
      case ITEM:
        return this.#item(at, symbol)
      case ALIAS:
        return this.#afterItem(at, symbol)
      case NAMES:
        if (symbol === '(' || symbol === '[') this.#frames.push(NAMES, NAMES)
        return at
      case WITH_NAME:
        return this.#withName(at, symbol)
      case WITH_NEXT:
        return this.#withNext(at, symbol)
      case TARGET:
        return this.#target(at, symbol)
      case AFTER_TARGET:
        return this.#afterTarget(at, symbol)
      default:
        return this.#start(at, symbol)
    }
  }

  #value(at: number): number {
    if (this.#tokens.kind(at) === STRING && isTimeWord(this.#tokens, at)) {
      this.#findings.notCacheable('a constant in it may stand for the current time')
    }
    return at
  }

  #expression(at: number, symbol: string): number {
    const { state } = this.#frames
    const tokens = this.#tokens
    switch (symbol) {
      case '(':
        this.#openInExpression(at)
        return at
      case '[':
        this.#frames.push(EXPRESSION, state)
        return at
      case ',':
        if (state === CONDITION) this.#frames.state = ITEM
        return at
      case 'join':
        if (state === CONDITION) this.#frames.state = ITEM
        return at
      default:
        if (tokens.kind(at) !== WORD || tokens.wordClass(at) === FREE) return this.#freeWord(at, symbol)
        // After AS any keyword is a label, or a type that takes several words.
        if (tokens.symbol(at - 1) === 'as') return at
        return this.#keyword(at, symbol)
    }
  }

  #freeWord(at: number, symbol: string): number {
    if (symbol === 'operator' && this.#tokens.symbol(at + 1) === '(') {
      const schema = at + 2
      if (this.#tokens.isName(schema) && this.#tokens.name(schema) !== 'pg_catalog') {
        this.#findings.notUnderstood('it calls an operator that is not of PostgreSQL itself')
      }
    }
    return at
  }

  /** Keywords that end one clause and begin another, wherever such a clause may stand. */
  #keyword(at: number, symbol: string): number {
    const frames = this.#frames
    switch (symbol) {
      case 'for':
        this.#lock(at)
        break
      case 'into':
        this.#findings.write('SELECT INTO makes a table')
        return at
      case 'union':
      case 'intersect':
      case 'except':
        this.#endWhere(at)
        frames.state = START
        return at
      default:
        if (functionWords.has(symbol)) {
          this.#findings.notCacheable(`${symbol.toUpperCase()} differs by time or by user`)
          return at
        }
    }
    return frames.state === EXPRESSION ? at : this.#clause(at, symbol)
  }

  #clause(at: number, symbol: string): number {
    const frames = this.#frames
    const tokens = this.#tokens
    switch (symbol) {
      case 'from':
        if (this.#isDistinctFrom(at)) return at
        frames.state = ITEM
        break
      case 'where':
        this.#findings.whereFrom = at + 1
        this.#findings.whereTo = -1
        this.#whereDepth = frames.depth
        frames.state = CLAUSE
        break
      case 'group':
        if (tokens.symbol(at + 1) !== 'by') return at
        this.#endWhere(at)
        this.#findings.grouped = true
        frames.state = GROUPING
        break
      case 'having':
      case 'window':
      case 'order':
      case 'limit':
      case 'offset':
      case 'fetch':
      case 'for':
      case 'returning':
        this.#endWhere(at)
        frames.state = CLAUSE
        break
      default:
    }
    return at
  }

  #isDistinctFrom(at: number): boolean {
    const tokens = this.#tokens
    if (tokens.symbol(at - 1) !== 'distinct') return false
    const before = tokens.symbol(at - 2)
    return before === 'is' || (before === 'not' && tokens.symbol(at - 3) === 'is')
  }

  #endWhere(at: number): void {
    const findings = this.#findings
    if (findings.whereFrom === -1 || findings.whereTo !== -1) return
    if (this.#frames.depth === this.#whereDepth) findings.whereTo = at
  }

  #lock(at: number): void {
    const next = this.#tokens.symbol(at + 1)
    if (next === 'update' || next === 'share') this.#addLock(next)
    else if (next === 'key') this.#addLock('key share')
    else if (next === 'no') this.#addLock('no key update')
  }

  #addLock(strength: string): void {
    this.#findings.locks.push(strength)
    this.#findings.write(`FOR ${strength.toUpperCase()} locks rows`)
  }

  #openInExpression(at: number): void {
    const frames = this.#frames
    const { state } = frames
    if (startsQuery(this.#tokens, at + 1)) {
      frames.push(START, state)
      return
    }
    if (!this.#isOfChange(at)) this.#call(at, state === GROUPING)
    const sets = state === GROUPING && this.#tokens.symbol(at - 1) === 'sets'
    frames.push(sets ? GROUPING : EXPRESSION, state)
  }

  #call(bracket: number, grouping: boolean): void {
    const call = calledFunction(this.#tokens, bracket, grouping)
    if (call === 'unclear') this.#findings.notUnderstood()
    else if (call) this.#findings.calls.push(call)
  }

  /** In a SELECT the same words may be a join on what a function of that name says. */
  #isOnConflict(on: number): boolean {
    return this.#findings.tablesWritten.length > 0 && this.#tokens.symbol(on + 1) === 'conflict'
  }

  /** `ON CONFLICT (`, `SET (` and `THEN INSERT (` list columns in a statement that changes rows. */
  #isOfChange(bracket: number): boolean {
    if (this.#findings.tablesWritten.length === 0) return false
    const tokens = this.#tokens
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

  #start(at: number, symbol: string): number {
    const frames = this.#frames
    const tokens = this.#tokens
    switch (symbol) {
      case 'select':
      case 'values':
        this.#findings.queries += 1
        frames.state = CLAUSE
        return at
      case 'table':
        this.#findings.queries += 1
        frames.state = ITEM
        return at
      case 'with': {
        const next = tokens.symbol(at + 2)
        const recursive = tokens.symbol(at + 1) === 'recursive' && next !== 'as' && next !== '('
        this.#findings.hasWith = true
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
        this.#findings.write(`${symbol.toUpperCase()} changes rows`)
        frames.state = TARGET
        return at
      default:
        this.#findings.notUnderstood()
        frames.state = CLAUSE
        return at
    }
  }

  #item(at: number, symbol: string): number {
    const frames = this.#frames
    const tokens = this.#tokens
    switch (symbol) {
      case 'only':
      case 'lateral':
        return at
      case '(':
        this.#findings.fromItems += 1
        frames.push(startsQuery(tokens, at + 1) ? START : ITEM, ALIAS)
        return at
      case 'rows':
        if (tokens.symbol(at + 1) === 'from' && tokens.symbol(at + 2) === '(') return at + 1
        break
      default:
    }
    const wordClass = tokens.wordClass(at)
    const isFunctionWord = functionWords.has(symbol)
    if (!tokens.isName(at) || (wordClass === RESERVED && !isFunctionWord)) return this.#surprise(at)
    const last = this.#endOfName(at)
    this.#findings.fromItems += 1
    frames.state = ALIAS
    if (isFunctionWord) this.#keyword(at, symbol)
    if (tokens.symbol(last + 1) === '(') {
      this.#call(last + 1, false)
      frames.push(EXPRESSION, ALIAS)
      return last + 1
    }
    if (isFunctionWord) return last
    if (wordClass === TYPE_OR_FUNCTION) return this.#surprise(at)
    this.#read(at, last)
    return last
  }

  /** The last token of `name`, `schema.name` or `database.schema.name`. */
  #endOfName(at: number): number {
    let last = at
    while (this.#tokens.symbol(last + 1) === '.' && this.#tokens.isName(last + 2)) last += 2
    return last
  }

  #read(first: number, last: number): void {
    const tokens = this.#tokens
    const name = tokens.name(last)
    if (first === last) {
      if (!this.#frames.isWithName(name)) this.#findings.tablesRead.push({ name })
    } else this.#findings.tablesRead.push({ schema: tokens.name(last - 2), name })
  }

  #surprise(at: number): number {
    this.#findings.notUnderstood()
    this.#findings.tablesUnknown = true
    return at
  }

  #afterItem(at: number, symbol: string): number {
    const frames = this.#frames
    const tokens = this.#tokens
    switch (symbol) {
      case ',':
      case 'join':
        frames.state = ITEM
        return at
      case 'on':
        frames.state = this.#isOnConflict(at) ? CLAUSE : CONDITION
        return at
      case '(':
        this.#findings.columnsRenamed = true
        frames.push(NAMES, ALIAS)
        return at
      case 'tablesample':
        return this.#sample(at)
      case 'repeatable':
        if (tokens.symbol(at + 1) !== '(') break
        frames.push(EXPRESSION, ALIAS)
        return at + 1
      case 'with':
        return tokens.symbol(at + 1) === 'ordinality' ? at + 1 : this.#surprise(at)
      case 'set':
      case 'when':
        frames.state = CLAUSE
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
    if (!tokens.isName(at)) return this.#surprise(at)
    const wordClass = tokens.wordClass(at)
    if (wordClass === FREE || wordClass === COLUMN_NAME) {
      this.#findings.alias = tokens.name(at)
      return at
    }
    this.#keyword(at, symbol)
    return frames.state === ALIAS ? this.#surprise(at) : at
  }

  /** `TABLESAMPLE method (`: the method is looked up like a function. */
  #sample(at: number): number {
    const last = this.#endOfName(at + 1)
    if (!this.#tokens.isName(last) || this.#tokens.symbol(last + 1) !== '(') return this.#surprise(at)
    this.#findings.notCacheable('TABLESAMPLE gives other rows each time')
    const name = this.#tokens.name(last)
    this.#findings.calls.push(last === at + 1 ? { name } : nameOf(this.#tokens, last - 2, last))
    this.#frames.push(EXPRESSION, ALIAS)
    return last + 1
  }

  #withName(at: number, symbol: string): number {
    const frames = this.#frames
    if (symbol === '(') {
      if (frames.atWithBody()) frames.openWithBody()
      else frames.push(NAMES, WITH_NAME)
    } else if (symbol === 'as') frames.seeAs()
    else if (this.#tokens.isName(at)) frames.nameWith(this.#tokens.name(at))
    else return this.#surprise(at)
    return at
  }

  #withNext(at: number, symbol: string): number {
    const frames = this.#frames
    if (symbol === ',') {
      frames.nextWith()
      return at
    }
    // SEARCH ... SET column, CYCLE ... USING column: their own commas are not the list's.
    if (symbol === 'search') return this.#skipTo('set', at)
    if (symbol === 'cycle') return this.#skipTo('using', at)
    return this.#start(at, symbol)
  }

  #skipTo(word: string, at: number): number {
    let end = at
    while (end < this.#to && this.#tokens.symbol(end) !== word) {
      if (this.#tokens.kind(end) === MARK && this.#tokens.symbol(end) !== ',') return this.#surprise(end)
      end += 1
    }
    return end + 1
  }

  #target(at: number, symbol: string): number {
    if (symbol === 'into' || symbol === 'from' || symbol === 'only') return at
    if (!this.#tokens.isName(at)) return this.#surprise(at)
    const last = this.#endOfName(at)
    const name = this.#tokens.name(last)
    this.#findings.tablesWritten.push(
      last === at ? { name } : { schema: this.#tokens.name(last - 2), name },
    )
    this.#frames.state = AFTER_TARGET
    return last
  }

  #afterTarget(at: number, symbol: string): number {
    const frames = this.#frames
    switch (symbol) {
      case '(':
        frames.push(startsQuery(this.#tokens, at + 1) ? START : NAMES, AFTER_TARGET)
        return at
      case 'select':
      case 'values':
      case 'table':
      case 'with':
        return this.#start(at, symbol)
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
}
