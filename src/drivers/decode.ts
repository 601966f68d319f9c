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
  const value = (text: string | null | undefined, index: number): unknown =>
    text === null || text === undefined ? null : parsers[index]?.(text)
  if (arrayMode) return rows.map((row) => row.map(value))
  const names = fields.map(({ name }) => name)
  // As entries a column called __proto__ is a column. Of two with one name the last wins.
  if (names.includes('__proto__')) {
    return rows.map((row) =>
      Object.fromEntries(names.map((name, index) => [name, value(row[index], index)])),
    )
  }
  return rows.map((row) => {
    const object: ObjectRow = {}
    for (let index = 0; index < names.length; index++) {
      const name = names[index]
      if (name !== undefined) object[name] = value(row[index], index)
    }
    return object
  })
}

/** What `fullResults` asks for. */
export function decodeResult(
  raw: RawResult,
  options: DecodeOptions,
): FullResult<ArrayRow | ObjectRow> {
  const { fields, command, rowCount } = raw
  const rowAsArray = options.arrayMode ?? false
  return { fields, rows: decodeRows(raw, options), command, rowCount, rowAsArray }
}
