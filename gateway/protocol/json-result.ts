/** A result as Neon writes it, made row by row from what comes off the wire: no row is held twice. */
import type { FieldDef } from 'pg'

import { commandOf, rowCountOf } from '../postgres/command-tag.ts'
import type { ResultSink } from '../postgres/statement.ts'
import { typedWriter, type WriteValue, writeString } from './typed-value.ts'

export interface JsonResultOptions {
  readonly arrayMode: boolean
  readonly rawText: boolean
  /** Told of the size of each row before it is written; it throws when it is enough. */
  readonly onBytes: (bytes: number) => void
}

export class JsonResult implements ResultSink {
  readonly #options: JsonResultOptions
  #writers: readonly WriteValue[] | undefined
  #keys: readonly string[] = []
  #fields = '[]'
  #rows = ''
  #tag = ''

  constructor(options: JsonResultOptions) {
    this.#options = options
  }

  fields(fields: readonly FieldDef[]): void {
    this.#fields = JSON.stringify(fields.map(toField))
    this.#rows = ''
    // Without writers all is text, which is what the official driver asks for.
    if (!this.#options.rawText) {
      this.#writers = fields.map(({ dataTypeID }) => typedWriter(dataTypeID))
    }
    if (!this.#options.arrayMode) this.#keys = fields.map(({ name }) => `${writeString(name)}:`)
  }

  row(values: readonly (string | null)[], bytes: number): void {
    this.#options.onBytes(bytes)
    const { arrayMode } = this.#options
    let row = this.#rows === '' ? '' : ','
    row += arrayMode ? '[' : '{'
    for (let index = 0; index < values.length; index++) {
      const text = values[index]
      if (index > 0) row += ','
      if (!arrayMode) row += this.#keys[index]
      if (text === null || text === undefined) row += 'null'
      else row += (this.#writers?.[index] ?? writeString)(text)
    }
    this.#rows += row + (arrayMode ? ']' : '}')
  }

  complete(tag: string): void {
    this.#tag = tag
  }

  get command(): string {
    return commandOf(this.#tag)
  }

  toJson(): string {
    const command = writeString(this.command)
    const { arrayMode } = this.#options
    return `{"fields":${this.#fields},"rows":[${this.#rows}],"command":${command},"rowCount":${rowCountOf(this.#tag)},"rowAsArray":${arrayMode}}`
  }
}

function toField(field: FieldDef): FieldDef {
  const { name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier, format } = field
  return { name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier, format }
}
