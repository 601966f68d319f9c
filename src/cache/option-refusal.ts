import { TidegateError } from '../errors.ts'

/** A wrong option, by its name and what it should be; never with the value that was given. */
export function optionRefusal(field: string, shouldBe: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${field}: expected ${shouldBe}.`)
}
