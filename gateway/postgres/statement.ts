/** A statement on its way to Postgres, and who takes its answer as it comes off the wire. */
import type { FieldDef } from 'pg'

import type { RawResult } from '../../src/drivers/driver.ts'
import { commandOf, rowCountOf } from './command-tag.ts'

export interface ResultSink {
  fields(fields: readonly FieldDef[]): void
  /** @param bytes its size on the wire. What is thrown here ends the request. */
  row(values: readonly (string | null)[], bytes: number): void
  complete(tag: string): void
}

export interface Statement {
  readonly text: string
  readonly values: readonly (string | null)[]
  readonly sink: ResultSink | undefined
}

/** Statements that are one unit to Postgres: the first that fails keeps the rest from being run. */
export type Segment = readonly Statement[]

export function bare(text: string, sink?: ResultSink): Statement {
  return { text, values: [], sink }
}

/** Keeps the one small result of a statement of the gateway's own. */
export class KeptResult implements ResultSink {
  #fields: readonly FieldDef[] = []
  readonly #rows: (readonly (string | null)[])[] = []
  #tag = ''

  fields(fields: readonly FieldDef[]): void {
    this.#fields = fields
  }

  row(values: readonly (string | null)[]): void {
    this.#rows.push(values)
  }

  complete(tag: string): void {
    this.#tag = tag
  }

  get result(): RawResult | undefined {
    if (this.#tag === '') return undefined
    const command = commandOf(this.#tag)
    return { fields: this.#fields, rows: this.#rows, command, rowCount: rowCountOf(this.#tag) }
  }
}
