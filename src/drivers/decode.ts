/** From the text that Postgres wrote to the values that `neon()` gives, in the same shapes. */
import type { RawField, RawResult } from './driver.ts'

/**
 * Who knows how a type is parsed: `types` of `@neondatabase/serverless`, of `pg`, or an app's own.
 * The core depends on none of them.
 */
export interface TypeParsers {
  getTypeParser(oid: number): (text: string) => unknown
}

export interface DecodeOptions {
  readonly types: TypeParsers
  /** Rows as arrays rather than objects. @default false */
  readonly arrayMode?: boolean | undefined
}

export type ObjectRow = Record<string, unknown>
export type ArrayRow = unknown[]

export interface FullResult<Row> {
  readonly fields: readonly RawField[]
  readonly rows: Row[]
  readonly command: string
  readonly rowCount: number | null
  readonly rowAsArray: boolean
}

export function decodeRows(
  raw: RawResult,
  options: DecodeOptions & { readonly arrayMode: true },
): ArrayRow[]
export function decodeRows(
  raw: RawResult,
  options: DecodeOptions & { readonly arrayMode?: false | undefined },
): ObjectRow[]
export function decodeRows(raw: RawResult, options: DecodeOptions): ArrayRow[] | ObjectRow[]
export function decodeRows(
  { fields, rows }: RawResult,
  { types, arrayMode = false }: DecodeOptions,
): ArrayRow[] | ObjectRow[] {
  const parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID))
  const decoded = rows.map((row) =>
    row.map((text, index) => (text === null ? null : parsers[index]?.(text))),
  )
  if (arrayMode) return decoded
  // As entries, so that a column called __proto__ is a column, and of two with one name the last wins.
  return decoded.map((row) =>
    Object.fromEntries(fields.map(({ name }, index): [string, unknown] => [name, row[index]])),
  )
}

/** What `fullResults` asks for. */
export function decodeResult(
  raw: RawResult,
  options: DecodeOptions,
): FullResult<ArrayRow> | FullResult<ObjectRow> {
  const { fields, command, rowCount } = raw
  const rest = { fields, command, rowCount, rowAsArray: options.arrayMode ?? false }
  return options.arrayMode
    ? { ...rest, rows: decodeRows(raw, { ...options, arrayMode: true }) }
    : { ...rest, rows: decodeRows(raw, { ...options, arrayMode: false }) }
}
