/**
 * Checks of what an app's author configures: TypeScript does not see a configuration read from a file.
 * A refusal names the field and what it should be, never a value: it may be a secret.
 */
import { TidegateError } from './errors.ts'

/** @throws TidegateError `CONFIG_INVALID` */
export function check(holds: boolean, field: string, expected: string): asserts holds {
  if (!holds) throw new TidegateError('CONFIG_INVALID', `${field}: expected ${expected}.`)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refuses what is no object, and any field that is not among `known`. */
export function checkFields(
  field: string,
  value: unknown,
  known: readonly string[],
): asserts value is object {
  const names = known.join(', ')
  check(isObject(value), field, `an object with the fields ${names}`)
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  check(unknown === undefined, `${field}.${unknown}`, `nothing: the fields are ${names}`)
}

/** What is left out passes. */
export function checkWord(field: string, word: string | undefined, known: readonly string[]): void {
  if (word !== undefined && !known.includes(word)) check(false, field, `one of ${known.join(', ')}`)
}

export function checkList(field: string, value: readonly unknown[]): void {
  // A guard would narrow it to a list of `any`.
  const isList: boolean = Array.isArray(value)
  check(isList, field, 'a list')
}
