/** Where in a statement the scan is: one frame for each open bracket, kept on a stack of numbers. */

import * as places from './places.ts'

const { START, EXPRESSION, WITH_NAME, WITH_BODY, WITH_NEXT } = places

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
