/**
 * Which rows a statement can depend on, where its text proves it.
 *
 * A key `column in (values)` is sound if the statement's answer is a function of the rows for which
 * it holds: then a change to other rows cannot change the answer. That is so when the only rows that
 * get past WHERE are those, and nothing but WHERE looks at the table: one query, one plain table in
 * FROM, and `column = value` among the conditions that AND joins at the top.
 */
import * as layout from './cells.ts'
import { isDigit } from './characters.ts'
import type { Findings } from './findings.ts'
import type { Statement } from './kind.ts'
import type { Tokens } from './tokens.ts'
import * as wordClasses from './word-classes.ts'

const { COLUMN_NAME, FREE } = wordClasses
const { NUMBER, OPERATION, PARAMETER, STRING, WORD } = layout

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

const NO_KEYS: readonly Key[] = Object.freeze([])

export function findKeys(tokens: Tokens, { kind, findings, explain }: Statement): readonly Key[] {
  if (kind !== 'read' || explain !== undefined) return NO_KEYS
  const { queries, fromItems, tablesRead, whereFrom, whereTo } = findings
  const onePlainTable = queries === 1 && fromItems === 1 && tablesRead.length === 1
  if (!onePlainTable || whereFrom === -1 || whereTo === -1) return NO_KEYS
  if (findings.grouped || findings.hasWith || findings.columnsRenamed) return NO_KEYS
  return new KeyFinder(tokens, findings).run(whereFrom, whereTo)
}

class KeyFinder {
  readonly #tokens: Tokens
  readonly #findings: Findings
  readonly #keys: Key[] = []
  /** Where groups in brackets, still to be looked into, begin and end. */
  readonly #groups: number[] = []

  constructor(tokens: Tokens, findings: Findings) {
    this.#tokens = tokens
    this.#findings = findings
  }

  run(from: number, to: number): readonly Key[] {
    this.#conditions(from, to)
    while (this.#groups.length > 0) {
      const end = this.#groups.pop() ?? 0
      this.#conditions(this.#groups.pop() ?? end, end)
    }
    return this.#keys
  }

  /** Cuts at each AND of this level, unless an OR there makes the conditions alternatives. */
  #conditions(from: number, to: number): void {
    const tokens = this.#tokens
    const keysBefore = this.#keys.length
    const groupsBefore = this.#groups.length
    let start = from
    let ranges = 0
    let cases = 0
    for (let at = from; at < to; at += 1) {
      if (tokens.kind(at) === WORD && tokens.symbol(at - 1) === '.') continue
      switch (tokens.symbol(at)) {
        case 'or':
          if (cases > 0) break
          this.#keys.length = keysBefore
          this.#groups.length = groupsBefore
          return
        case 'case':
          cases += 1
          break
        case 'end':
          cases -= 1
          break
        case 'between':
          if (cases === 0) ranges += 1
          break
        case 'and':
          // `between 1 and id = 5` compares the range's truth with 5.
          if (cases === 0 && ranges > 0) ranges -= 1
          else if (cases === 0) {
            this.#condition(start, at)
            start = at + 1
          }
          break
        case '(':
        case '[':
          at = Math.max(at, tokens.partner(at))
          break
        default:
      }
    }
    this.#condition(start, to)
  }

  #condition(from: number, to: number): void {
    const tokens = this.#tokens
    if (tokens.symbol(from) === '(' && tokens.partner(from) === to - 1) {
      this.#groups.push(from + 1, to - 1)
      return
    }
    const column = this.#columnAt(from)
    if (column !== -1) {
      this.#comparison(tokens.name(column), column + 1, to)
      return
    }
    // The other way round: `$1 = id`.
    const first = this.#valueEnd(from)
    if (first === -1 || tokens.symbol(first) !== '=') return
    const last = this.#columnAt(first + 1)
    if (last === to - 1) this.#addOne(tokens.name(last), from)
  }

  /** `= value`, `in (value, ...)`, `= any($1)`, and nothing after it. */
  #comparison(column: string, at: number, to: number): void {
    const tokens = this.#tokens
    const open = at + 1
    if (tokens.symbol(at) === '=') {
      if (this.#valueEnd(open) === to) this.#addOne(column, open)
      const quantifier = tokens.symbol(open)
      const isAny = quantifier === 'any' || quantifier === 'some'
      if (isAny && tokens.symbol(open + 1) === '(' && tokens.partner(open + 1) === to - 1) {
        const parameter = this.#parameterAt(open + 2)
        if (parameter !== undefined && open + 4 === to)
          this.#keys.push({ column, values: [{ elementsOf: parameter }] })
      }
    } else if (tokens.symbol(at) === 'in' && tokens.symbol(open) === '(') {
      if (tokens.partner(open) === to - 1) this.#list(column, open + 1, to - 1)
    }
  }

  #list(column: string, from: number, to: number): void {
    const values: KeyValue[] = []
    for (let at = from; at < to;) {
      const end = this.#valueEnd(at)
      if (end === -1 || (end !== to && this.#tokens.symbol(end) !== ',')) return
      const value = this.#valueAt(at)
      if (value === undefined) return
      values.push(value)
      at = end + 1
    }
    if (values.length > 0) this.#keys.push({ column, values })
  }

  #addOne(column: string, at: number): void {
    const value = this.#valueAt(at)
    if (value !== undefined) this.#keys.push({ column, values: [value] })
  }

  /** The last token of a column of the table, alone or after the table's name; -1 for anything else. */
  #columnAt(from: number): number {
    const tokens = this.#tokens
    let last = from
    while (tokens.symbol(last + 1) === '.') last += 2
    for (let at = from; at <= last; at += 2) if (!tokens.isName(at)) return -1
    if (last === from) {
      const wordClass = tokens.wordClass(from)
      return wordClass === FREE || wordClass === COLUMN_NAME ? last : -1
    }
    return this.#isTable(from, last - 2) ? last : -1
  }

  #isTable(from: number, last: number): boolean {
    const tokens = this.#tokens
    const [table] = this.#findings.tablesRead
    const { alias } = this.#findings
    if (alias !== undefined) return from === last && tokens.name(last) === alias
    if (table === undefined || tokens.name(last) !== table.name) return false
    return from === last || (from === last - 2 && tokens.name(from) === table.schema)
  }

  /** The token after a literal or a parameter; -1 for anything else. */
  #valueEnd(at: number): number {
    const tokens = this.#tokens
    if (tokens.kind(at) === OPERATION && tokens.symbol(at) === '-') {
      return tokens.kind(at + 1) === NUMBER ? at + 2 : -1
    }
    const kind = tokens.kind(at)
    return kind === NUMBER || kind === STRING || kind === PARAMETER ? at + 1 : -1
  }

  #valueAt(at: number): KeyValue | undefined {
    const tokens = this.#tokens
    if (tokens.symbol(at) === '-') return integer(`-${this.#text(at + 1)}`)
    if (tokens.kind(at) === NUMBER) return integer(this.#text(at))
    if (tokens.kind(at) === STRING) return plainString(this.#text(at))
    const parameter = this.#parameterAt(at)
    return parameter === undefined ? undefined : { parameter }
  }

  #parameterAt(at: number): number | undefined {
    if (this.#tokens.kind(at) !== PARAMETER) return undefined
    const { codes } = this.#tokens
    const end = this.#tokens.end(at)
    let parameter = 0
    for (let digit = this.#tokens.start(at) + 1; digit < end; digit += 1) {
      const code = codes[digit] ?? 0
      if (!isDigit(code)) return undefined
      parameter = parameter * 10 + code - 48
    }
    return Number.isSafeInteger(parameter) && parameter > 0 ? parameter : undefined
  }

  #text(at: number): string {
    return this.#tokens.text.slice(this.#tokens.start(at), this.#tokens.end(at))
  }
}

/** `42.0` equals 42 without being spelt so, and `-0` and `007` are not what is stored either. */
const integerForm = /^(?:0|-?[1-9][0-9]{0,17})$/

function integer(text: string): KeyValue | undefined {
  return integerForm.test(text) ? { literal: text } : undefined
}

/** Escapes, dollar quotes and bit strings are left alone. */
function plainString(text: string): KeyValue | undefined {
  return text.startsWith("'") ? { literal: text.slice(1, -1).replaceAll("''", "'") } : undefined
}
