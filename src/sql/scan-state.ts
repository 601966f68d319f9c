import type { Footprint } from './footprint.ts'
import type { Key } from './keys.ts'
import { isWorse, type Kind } from './kind.ts'
import type { FunctionName, TableName } from './names.ts'
import { EXPRESSION, START, WITH_BODY, WITH_NAME, WITH_NEXT } from './places.ts'
import {
  DELETE,
  DOT,
  FROM,
  INSERT,
  INTO,
  MERGE,
  ROUND_OPEN,
  SELECT,
  SET,
  TABLE,
  UPDATE,
  VALUES,
  WITH,
} from './symbols.ts'
import type { Verdict } from './text-footprint.ts'
import type { Tokens } from './tokens.ts'

interface WithList {
  readonly depth: number
  readonly names: string[]
  readonly recursive: boolean
  pending: string
  seenAs: boolean
}

const NO_NAMES: readonly never[] = Object.freeze([])
const NO_TABLES: Footprint['tables'] = Object.freeze({ read: NO_NAMES, written: NO_NAMES })

/**
 * What the scan does outside of each bracket that is open. All scans use it, one after the other: none
 * is interrupted, and the numbers in it mean nothing once its scan is over.
 */
const outer: number[] = []

/**
 * One statement while it is read: where the scan is and what it has found so far. One object and not
 * several, because making them took longer than reading a short statement.
 */
export class Scan implements Verdict {
  readonly tokens: Tokens
  to: number

  kind: Kind = 'read'
  reason = 'it only reads'
  statements = 1
  tables: Footprint['tables'] = NO_TABLES
  functions: readonly string[] = NO_NAMES
  /** Row locks, as the text asks for them. */
  readonly locks: string[] = []
  explain: Footprint['explain'] = undefined
  copy: Footprint['copy'] = undefined
  /** It asks the node about itself. */
  local = false
  /** What keeps its answer out of the cache; for people. */
  uncacheable: string | undefined = undefined
  keys: Key[] = []

  readonly tablesRead: TableName[] = []
  readonly tablesWritten: TableName[] = []
  readonly calls: FunctionName[] = []
  /** Tables may be touched that the lists do not name. */
  tablesUnknown = false
  /** The text has something that is not understood, or that may run code while it is planned. */
  unclear = false
  /** SELECT, VALUES and TABLE, nested ones included. */
  queries = 0
  fromItems = 0
  grouped = false
  hasWith = false
  /** The last table in FROM was given other column names. */
  columnsRenamed = false
  alias: string | undefined = undefined
  /** The tokens of the WHERE clause, for statements of one query. */
  whereFrom = -1
  whereTo = -1
  /** The depth of the brackets that WHERE stands in. */
  whereDepth = -1

  /** What stands at this token. */
  state: number = START
  /** How many brackets are open. */
  depth = 0
  #withLists: WithList[] | undefined = undefined
  /** How many lists in scope define each name. */
  #inScope: Map<string, number> | undefined = undefined

  constructor(tokens: Tokens, to: number) {
    this.tokens = tokens
    this.to = to
  }

  be(kind: Kind, reason: string): void {
    this.kind = kind
    this.reason = reason
  }

  write(reason: string): void {
    if (this.kind === 'read') this.be('write', reason)
  }

  /** The reason that is first stays: it is nearest to the statement's beginning. */
  raise(kind: Kind, reason: string): void {
    if (isWorse(kind, this.kind)) this.be(kind, reason)
  }

  notUnderstood(reason = 'it is not of a form that is certain to only read'): void {
    this.unclear = true
    this.write(reason)
  }

  notCacheable(reason: string): void {
    this.uncacheable ??= reason
  }

  /** The last token of `name`, `schema.name` or `database.schema.name`. */
  endOfName(at: number): number {
    let last = at
    while (this.tokens.symbol(last + 1) === DOT && this.tokens.isName(last + 2)) last += 2
    return last
  }

  push(state: number, after: number): void {
    outer[this.depth] = after
    this.depth += 1
    this.state = state
  }

  pop(): void {
    const { depth } = this
    while (this.#withLists !== undefined && this.#withLists.at(-1)?.depth === depth) {
      for (const name of this.#withLists.pop()?.names ?? []) this.#count(name, -1)
    }
    if (depth === 0) {
      this.state = EXPRESSION
      return
    }
    this.depth = depth - 1
    this.state = outer[depth - 1] ?? EXPRESSION
    if (this.state === WITH_BODY) {
      // Only a recursive query may name itself: elsewhere the same name inside is a real table.
      this.#define(false)
      this.state = WITH_NEXT
    }
  }

  beginWith(recursive: boolean): void {
    this.hasWith = true
    this.#withLists ??= []
    this.#withLists.push({ depth: this.depth, names: [], recursive, pending: '', seenAs: false })
    this.state = WITH_NAME
  }

  nextWith(): void {
    const list = this.#withLists?.at(-1)
    if (list) list.seenAs = false
    this.state = WITH_NAME
  }

  nameWith(name: string): void {
    const list = this.#withLists?.at(-1)
    if (list && !list.seenAs) list.pending = name
  }

  seeAs(): void {
    const list = this.#withLists?.at(-1)
    if (list) list.seenAs = true
  }

  /** Whether a bracket now begins the query; before AS it lists columns. */
  atWithBody(): boolean {
    return this.#withLists?.at(-1)?.seenAs ?? false
  }

  openWithBody(): void {
    this.#define(true)
    this.push(START, WITH_BODY)
  }

  isWithName(name: string): boolean {
    return this.#inScope !== undefined && (this.#inScope.get(name) ?? 0) > 0
  }

  /** Brings the name of the WITH query at hand into scope: a recursive one before it is read. */
  #define(recursive: boolean): void {
    const list = this.#withLists?.at(-1)
    if (list?.recursive !== recursive) return
    list.names.push(list.pending)
    this.#count(list.pending, 1)
  }

  #count(name: string, by: number): void {
    this.#inScope ??= new Map()
    this.#inScope.set(name, (this.#inScope.get(name) ?? 0) + by)
  }
}

/** Whether a query begins at this token. */
export function startsQuery(tokens: Tokens, index: number): boolean {
  switch (tokens.symbol(index)) {
    case SELECT:
    case WITH:
      return true
    case VALUES:
      return tokens.symbol(index + 1) === ROUND_OPEN
    case TABLE:
      return tokens.isName(index + 1)
    default:
      return false
  }
}

export function endWhere(scan: Scan, at: number): void {
  if (scan.whereTo === -1 && scan.depth === scan.whereDepth) scan.whereTo = at
}

export function surprise(scan: Scan, at: number): number {
  scan.notUnderstood()
  scan.tablesUnknown = true
  return at
}

/** PostgreSQL takes a change of rows only as a WITH query. Elsewhere it is refused, not overlooked. */
function startsChange(tokens: Tokens, index: number): boolean {
  const next = tokens.symbol(index + 1)
  switch (tokens.symbol(index)) {
    case INSERT:
    case MERGE:
      return next === INTO
    case DELETE:
      return next === FROM
    case UPDATE:
      return tokens.symbol(index + 2) === SET || tokens.symbol(index + 4) === SET
    default:
      return false
  }
}

/** Whether a bracket holds a query of its own. */
export function opensQuery(tokens: Tokens, bracket: number): boolean {
  return startsQuery(tokens, bracket + 1) || startsChange(tokens, bracket + 1)
}
