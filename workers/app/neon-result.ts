/** A result as Neon's endpoint writes it. */
import type { ArrayRow, FullResult as Full } from '../../src/drivers/decode.ts'

export type FullResult = Full<ArrayRow>

export interface ResultForm {
  /** Rows as arrays rather than objects. */
  readonly arrayMode: boolean
  /** Values as Postgres wrote them. */
  readonly rawText: boolean
}

export function neonResult(
  { fields, rows, command, rowCount }: FullResult,
  { arrayMode, rawText }: ResultForm,
): object {
  const read = fields.map(({ dataTypeID }) => (rawText ? undefined : jsonTypes.get(dataTypeID)))
  const values = rows.map((row) => row.map((value, index) => toJson(value, read[index])))
  return {
    fields,
    command,
    rowCount,
    rowAsArray: arrayMode,
    rows: arrayMode
      ? values
      : values.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, row[at]]))),
  }
}

function toJson(value: unknown, read: ((text: string) => unknown) | undefined): unknown {
  return read && typeof value === 'string' ? read(value) : value
}

/** NaN and Infinity are no JSON, and stay text. */
function number(text: string): number | string {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

/** By oid: the types that JSON has as well. Integers of 64 bits are not among them. */
const jsonTypes: ReadonlyMap<number, (text: string) => unknown> = new Map([
  [16, (text: string): unknown => text === 't'],
  [21, number],
  [23, number],
  [26, number],
  [700, number],
  [701, number],
  [114, (text: string): unknown => JSON.parse(text)],
  [3802, (text: string): unknown => JSON.parse(text)],
])
