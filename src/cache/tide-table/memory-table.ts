/** A tide table in this process: for one process alone, for tests, and as the model of the others. */
import { reaches } from '../../tide/position.ts'
import { decodeTide, type Tide } from '../../tide/tide.ts'
import {
  CATALOG,
  decodeCatalog,
  FLOOR,
  HORIZON,
  isTagField,
  joinField,
  raiseFields,
} from './fields.ts'
import { decodeMark, encodeMark, includesMark } from './mark.ts'
import { fieldsToRead, optional, toTableReading } from './table-fields.ts'
import type {
  Mark,
  PublishedCatalog,
  Raise,
  Raised,
  ReadTable,
  TableReading,
  TideTable,
} from './tide-table.ts'

export class MemoryTable implements TideTable {
  readonly #fields = new Map<string, string>()
  #tags = 0

  // Everything is decided before the first promise: calls do not interleave.
  async raise(raise: Raise): Promise<Raised> {
    return await Promise.resolve(this.#raise(raise))
  }

  async read(wanted: ReadTable = {}): Promise<TableReading> {
    const texts = fieldsToRead(wanted).map((field) => this.#fields.get(field))
    return await Promise.resolve(toTableReading(wanted, texts))
  }

  async readCatalog(): Promise<PublishedCatalog | undefined> {
    return await Promise.resolve(optional(this.#fields.get(CATALOG), decodeCatalog))
  }

  async compact(floor: Mark, maxTags: number): Promise<number> {
    return await Promise.resolve(this.#tags > maxTags ? this.#compact(floor) : 0)
  }

  #raise(raise: Raise): Raised {
    const { witness } = raise
    const before = this.#horizon()
    if (witness && (before === undefined || !reaches(before, witness))) {
      return { outcome: 'lost', horizon: before }
    }
    // A field that cannot be written is found before any other is.
    const { tags, others } = raiseFields(raise)
    for (const [field, text] of [...tags, ...others]) this.#raiseField(field, text)
    return { outcome: 'raised', horizon: this.#horizon(), tags: this.#tags }
  }

  #raiseField(field: string, text: string): void {
    const held = this.#fields.get(field)
    if (held === undefined && isTagField(field)) this.#tags++
    this.#fields.set(field, held === undefined ? text : joinField(field, held, text))
  }

  #compact(wanted: Mark): number {
    this.#raiseField(FLOOR, encodeMark(wanted))
    const floor = decodeMark(this.#fields.get(FLOOR) ?? '')
    const before = this.#tags
    for (const [field, text] of this.#fields) {
      if (!isTagField(field) || !includesMark(floor, decodeMark(text))) continue
      this.#fields.delete(field)
      this.#tags--
    }
    return before - this.#tags
  }

  #horizon(): Tide | undefined {
    return optional(this.#fields.get(HORIZON), decodeTide)
  }
}
