/**
 * How the parts of a table are named in the tide table. The consumer raises these names and the
 * cache depends on them, so both take them from here.
 *
 * Two keys may share a name (a column `a=b` and a value that holds `=`): a change to either then
 * voids the entries of both, which costs a read and never an answer.
 */
import { formatName, type TableName } from '../sql/names.ts'

/** Longer values have no tag of their own: a change to such a row raises `everyRowTag`. */
export const MAX_TAG_VALUE_LENGTH = 200

/** The table: raised by every change to it. */
export function tableTag(table: TableName): string {
  return formatName(table)
}

/** Raised when which rows have changed is too much to tell, or is not told. */
export function everyRowTag(table: TableName): string {
  return `${formatName(table)}#*`
}

/** What the tags of one key column's rows begin with; the value in Postgres' text form follows. */
export function rowTagPrefix(table: TableName, column: string): string {
  return `${formatName(table)}#${column}=`
}

/** The rows whose key column has a value. `undefined`: the value is too long for a tag. */
export function rowTag(table: TableName, column: string, value: string): string | undefined {
  return value.length > MAX_TAG_VALUE_LENGTH ? undefined : rowTagPrefix(table, column) + value
}
