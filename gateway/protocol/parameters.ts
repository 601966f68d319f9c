/** From the values of a JSON body to what Postgres reads: every parameter is text or null. */

export type Parameter = string | null

export function toParameter(value: unknown): Parameter {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return toArrayLiteral(value)
  return JSON.stringify(value)
}

/** Deeper arrays than Postgres has dimensions for are refused before they can exhaust the stack. */
const MOST_DIMENSIONS = 6

function toArrayLiteral(values: readonly unknown[], depth = 1): string {
  if (depth > MOST_DIMENSIONS) throw new RangeError('too many dimensions')
  return `{${values.map((value) => toElement(value, depth)).join()}}`
}

function toElement(value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return toArrayLiteral(value, depth + 1)
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'object') return quote(JSON.stringify(value))
  return JSON.stringify(value)
}

/** Inside quotes a backslash makes the next character itself, so JSON's escapes would not do. */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
