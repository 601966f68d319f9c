/** What one transaction has touched of one table, in bounded memory. */
import { everyRowTag, MAX_TAG_VALUE_LENGTH, rowTagPrefix, tableTag } from '../../src/cache/tags.ts'
import type { TableName } from '../../src/sql/names.ts'
import type { Tuple } from './tuple.ts'

export class TableTags {
  readonly #table: TableName
  readonly #tableTag: string
  readonly #everyRow: string
  readonly #maxRows: number
  #rows = 0
  #touched = false
  #collapsed = false
  #tags: string[] = []

  constructor(table: TableName, maxRows: number) {
    this.#table = table
    this.#tableTag = tableTag(table)
    this.#everyRow = everyRowTag(table)
    this.#maxRows = maxRows
  }

  prefix(column: string): string {
    return rowTagPrefix(this.#table, column)
  }

  /** Which rows have changed is not told any more: `#*` stands for all of them. */
  get collapsed(): boolean {
    return this.#collapsed
  }

  /** @returns whether this is the first that the transaction has to do with the table. */
  touch(): boolean {
    const first = !this.#touched
    this.#touched = true
    return first
  }

  collapse(): void {
    this.#collapsed = true
    this.#tags = []
  }

  row(): void {
    this.#rows += 1
    if (this.#rows > this.#maxRows) this.collapse()
  }

  /** The row's value in a key column. A null equals nothing, so no query depends on it by a key. */
  value(prefix: string, tuple: Tuple, column: number): void {
    if (tuple.isNull(column)) return
    if (tuple.bytes(column) > MAX_TAG_VALUE_LENGTH) this.collapse()
    else this.#tags.push(prefix + tuple.text(column))
  }

  /** Hands over what was touched, and is as new for the next transaction. */
  take(raise: (tag: string) => void): void {
    raise(this.#tableTag)
    if (this.#collapsed) raise(this.#everyRow)
    else for (const tag of this.#tags) raise(tag)
    this.reset()
  }

  reset(): void {
    this.#rows = 0
    this.#touched = false
    this.#collapsed = false
    this.#tags = []
  }
}
