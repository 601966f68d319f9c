/**
 * Which rows a statement can depend on, where its text proves it.
 *
 * A key `column in (values)` is sound if the statement's answer is a function of the rows for which
 * it holds: then a change to other rows cannot change the answer. That is so when the only rows that
 * get past WHERE are those, and nothing but WHERE looks at the table: one query, one plain table in
 * FROM, and `column = value` among the conditions that AND joins at the top.
 */
import { NUMBER, OPERATION, PARAMETER, STRING, WORD } from './cells.ts'
import { isDigit } from './characters.ts'
import type { Scan } from './scan-state.ts'
import {
  AND,
  ANY,
  BETWEEN,
  CASE,
  COMMA,
  DOT,
  END_WORD,
  EQUALS,
  IN,
  MINUS,
  OR,
  ROUND_OPEN,
  SOME,
  SQUARE_OPEN,
} from './symbols.ts'
import type { Tokens } from './tokens.ts'
import { COLUMN_NAME, FREE } from './word-classes.ts'

/** Where a key's value comes from. */
export type KeyValue =
  /** The nth parameter, from 1. */
  | { readonly parameter: number }
  /** Each element of the array that is the nth parameter. */
  | { readonly elementsOf: number }
  /** An integer, or the content of a plain string, as PostgreSQL's input function will read it. */
  | { readonly literal: string }

/** The answer depends only on rows whose `column` equals one of `values`. */
export interface Key {
  readonly column: string
  readonly values: readonly KeyValue[]
}

export function findKeys(scan: Scan): void {
  const { fromItems, queries, tablesRead, whereFrom, whereTo } = scan
  if (scan.kind !== 'read' || scan.explain !== undefined || whereFrom === -1) return
  if (queries !== 1 || fromItems !== 1 || tablesRead.length !== 1 || whereTo === -1) return
  if (scan.grouped || scan.hasWith || scan.columnsRenamed) return
  // Where groups in brackets, still to be looked into, begin and end.
  const groups = [whereFrom, whereTo]
  while (groups.length > 0) {
    const end = groups.pop() ?? 0
    takeConditions(scan, groups.pop() ?? end, end, groups)
  }
}

/** Cuts at each AND of this level, unless an OR there makes the conditions alternatives. */
function takeConditions(scan: Scan, from: number, to: number, groups: number[]): void {
  const { tokens } = scan
  const keysBefore = scan.keys.length
  const groupsBefore = groups.length
  let start = from
  let ranges = 0
  let cases = 0
  for (let at = from; at < to; at += 1) {
    const symbol = tokens.symbol(at)
    if (symbol === 0 || (tokens.kind(at) === WORD && tokens.symbol(at - 1) === DOT)) continue
    if (symbol === ROUND_OPEN || symbol === SQUARE_OPEN) at = Math.max(at, tokens.partner(at))
    else if (symbol === CASE) cases += 1
    else if (symbol === END_WORD) cases -= 1
    else if (cases !== 0) continue
    else if (symbol === BETWEEN) ranges += 1
    else if (symbol === OR) {
      scan.keys.length = keysBefore
      groups.length = groupsBefore
      return
    } else if (symbol !== AND) continue
    // `between 1 and id = 5` compares the range's truth with 5.
    else if (ranges > 0) ranges -= 1
    else {
      takeCondition(scan, start, at, groups)
      start = at + 1
    }
  }
  takeCondition(scan, start, to, groups)
}

function takeCondition(scan: Scan, from: number, to: number, groups: number[]): void {
  const { tokens } = scan
  if (tokens.symbol(from) === ROUND_OPEN && tokens.partner(from) === to - 1) {
    groups.push(from + 1, to - 1)
    return
  }
  const column = columnAt(scan, from)
  let values: readonly KeyValue[] | undefined
  if (column !== -1) values = compared(tokens, column + 1, to)
  else {
    // The other way round: `$1 = id`.
    const equals = endOfValue(tokens, from)
    if (tokens.symbol(equals) !== EQUALS || columnAt(scan, equals + 1) !== to - 1) return
    values = list(tokens, from, equals)
  }
  if (values === undefined) return
  const name = tokens.name(column === -1 ? to - 1 : column)
  scan.keys.push({ column: name, values })
}

/** `= value`, `in (value, ...)`, `= any($1)`, and nothing after it. */
function compared(tokens: Tokens, at: number, to: number): readonly KeyValue[] | undefined {
  const comparison = tokens.symbol(at)
  const open = at + 1
  const next = tokens.symbol(open)
  if (comparison === IN) {
    if (next !== ROUND_OPEN || tokens.partner(open) !== to - 1) return undefined
    return list(tokens, open + 1, to - 1)
  }
  if (comparison !== EQUALS) return undefined
  if (next !== ANY && next !== SOME) {
    return endOfValue(tokens, open) === to ? list(tokens, open, to) : undefined
  }
  if (tokens.symbol(open + 1) !== ROUND_OPEN || open + 4 !== to) return undefined
  const elementsOf = parameterAt(tokens, open + 2)
  return elementsOf === undefined ? undefined : [{ elementsOf }]
}

/** Values with commas between them; `undefined` unless all are known. */
function list(tokens: Tokens, from: number, to: number): readonly KeyValue[] | undefined {
  const values: KeyValue[] = []
  for (let at = from; at < to;) {
    const end = endOfValue(tokens, at)
    const value = valueAt(tokens, at)
    if (value === undefined || (end !== to && tokens.symbol(end) !== COMMA)) return undefined
    values.push(value)
    at = end + 1
  }
  return values.length > 0 ? values : undefined
}

/** The last token of a column of the table, alone or after the table's name; -1 for anything else. */
function columnAt(scan: Scan, from: number): number {
  const { tokens } = scan
  if (!tokens.isName(from)) return -1
  const last = scan.endOfName(from)
  if (last === from) {
    const wordClass = tokens.wordClass(from)
    if (tokens.symbol(from + 1) === DOT) return -1
    return wordClass === FREE || wordClass === COLUMN_NAME ? last : -1
  }
  return isTable(scan, from, last - 2) ? last : -1
}

function isTable({ tokens, tablesRead, alias }: Scan, first: number, last: number): boolean {
  const [table] = tablesRead
  const name = tokens.name(last)
  if (alias !== undefined) return first === last && name === alias
  if (name !== table?.name) return false
  return first === last || (first === last - 2 && tokens.name(first) === table.schema)
}

function isMinus(tokens: Tokens, at: number): boolean {
  return tokens.kind(at) === OPERATION && tokens.symbol(at) === MINUS
}

/** The token after what may be a value: all are one token, but for numbers with a sign. */
function endOfValue(tokens: Tokens, at: number): number {
  return isMinus(tokens, at) ? at + 2 : at + 1
}

function valueAt(tokens: Tokens, at: number): KeyValue | undefined {
  const kind = tokens.kind(at)
  if (kind === PARAMETER) {
    const parameter = parameterAt(tokens, at)
    return parameter === undefined ? undefined : { parameter }
  }
  if (kind === NUMBER) return integerAt(tokens, at, '')
  if (isMinus(tokens, at) && tokens.kind(at + 1) === NUMBER) return integerAt(tokens, at + 1, '-')
  if (kind !== STRING) return undefined
  const text = tokens.slice(at)
  // Escapes, dollar quotes and bit strings are left alone.
  if (text.charCodeAt(0) !== 39) return undefined
  const literal = text.slice(1, -1)
  return { literal: literal.includes("'") ? literal.replaceAll("''", "'") : literal }
}

/** `42.0` equals 42 without being spelt so, and `-0` and `007` are not what is stored either. */
function integerAt(tokens: Tokens, at: number, sign: string): KeyValue | undefined {
  const digits = digitsFrom(tokens, at, tokens.start(at))
  if (digits === '' || digits.length > 18) return undefined
  if (digits.startsWith('0') && (digits !== '0' || sign !== '')) return undefined
  return { literal: sign + digits }
}

function parameterAt(tokens: Tokens, at: number): number | undefined {
  if (tokens.kind(at) !== PARAMETER) return undefined
  const parameter = Number(digitsFrom(tokens, at, tokens.start(at) + 1))
  return Number.isSafeInteger(parameter) && parameter > 0 ? parameter : undefined
}

/** What the token holds from there on, if that is digits only; empty otherwise. */
function digitsFrom(tokens: Tokens, at: number, from: number): string {
  const { codes, text } = tokens
  const end = tokens.end(at)
  for (let digit = from; digit < end; digit += 1) if (!isDigit(codes[digit] ?? 0)) return ''
  return text.slice(from, end)
}
