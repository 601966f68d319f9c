/** Where in a statement the scan is: one frame for each open bracket, kept on a stack of numbers. */

/** A query must begin here. */
export const START = 4
/** Between brackets of an expression: the clauses of a query mean nothing here. */
export const EXPRESSION = 0
/** In a clause of a query that holds expressions. */
export const CLAUSE = 1
/** In GROUP BY, where `cube (` is no call. */
export const GROUPING = 2
/** Where FROM expects a table, a function or a bracket. */
export const ITEM = 5
/** After one: its alias, a join, the next. */
export const ALIAS = 6
/** In a join's ON condition. */
export const CONDITION = 3
/** A list of column names, perhaps with types. */
export const NAMES = 7
/** Where a WITH list expects a name. */
export const WITH_NAME = 8
/** While a WITH query's own brackets are open. */
export const WITH_BODY = 9
/** After one: a comma, or the statement proper. */
export const WITH_NEXT = 10
/** Where INSERT, UPDATE, DELETE or MERGE expects its table. */
export const TARGET = 11
export const AFTER_TARGET = 12

interface WithList {
  readonly depth: number
  readonly names: string[]
  readonly recursive: boolean
  pending: string
  seenAs: boolean
}

export class Frames {
  readonly #outer: number[] = []
  #withLists: WithList[] | undefined
  /** How many lists in scope define each name. */
  #inScope: Map<string, number> | undefined
  state: number = START

  get depth(): number {
    return this.#outer.length
  }

  push(state: number, outer: number): void {
    this.#outer.push(outer)
    this.state = state
  }

  pop(): void {
    const depth = this.depth
    while (this.#withLists !== undefined && this.#withLists.at(-1)?.depth === depth) {
      for (const name of this.#withLists.pop()?.names ?? []) {
        this.#inScope?.set(name, (this.#inScope.get(name) ?? 1) - 1)
      }
    }
    this.state = this.#outer.pop() ?? EXPRESSION
    if (this.state === WITH_BODY) {
      const list = this.#withLists?.at(-1)
      // Only a recursive query may name itself: elsewhere the same name inside is a real table.
      if (list && !list.recursive) this.#define(list)
      this.state = WITH_NEXT
    }
  }

  beginWith(recursive: boolean): void {
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
    const list = this.#withLists?.at(-1)
    if (list?.recursive) this.#define(list)
    this.push(START, WITH_BODY)
  }

  isWithName(name: string): boolean {
    return this.#inScope !== undefined && (this.#inScope.get(name) ?? 0) > 0
  }

  #define(list: WithList): void {
    list.names.push(list.pending)
    this.#inScope ??= new Map()
    this.#inScope.set(list.pending, (this.#inScope.get(list.pending) ?? 0) + 1)
  }
}
