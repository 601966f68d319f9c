/** Checks of what a user configures: TypeScript does not see a configuration read from a file. */
import { TidegateError } from '../errors.ts'

export function invalid(field: string, should: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${field} ${should}.`)
}

/** Refuses what is no object, and any field that is not among `known`. */
export function fieldsOf(field: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, `should be an object with the fields ${known.join(', ')}`)
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw invalid(field, `has no field ${unknown}; it should have only ${known.join(', ')}`)
  }
}

export function listOf<Item>(field: string, value: readonly Item[]): readonly Item[] {
  if (!Array.isArray(value)) throw invalid(field, 'should be a list')
  return value
}

export function stringsOf(field: string, value: readonly string[]): readonly string[] {
  for (const item of listOf(field, value)) {
    if (typeof item !== 'string') throw invalid(field, 'should be a list of strings')
  }
  return value
}
