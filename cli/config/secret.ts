/** A secret by the name of the variable that holds it. Only whoever needs it reads it. */
import { check } from '../../src/check.ts'
import { TidegateError } from '../../src/errors.ts'

export interface Secret {
  /** The variable's. */
  readonly name: string
  /** The configuration's. */
  readonly field: string
  readonly isSet: boolean
  /** @throws TidegateError `CONFIG_INVALID` if the variable is not set */
  read(): string
}

export function readSecret(
  field: string,
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Secret {
  const given = typeof value === 'object' && value !== null && 'env' in value ? value : undefined
  const name: unknown = given?.env
  // Whoever wrote the secret itself here should not have it repeated on a screen.
  const isName = typeof name === 'string' && /^[A-Za-z_]\w{0,127}$/.test(name)
  check(
    isName && given !== undefined && Object.keys(given).length === 1,
    field,
    "{ env: 'NAME' }, the name of the variable that holds it",
  )
  const found = env[name]
  return {
    name,
    field,
    isSet: found !== undefined && found !== '',
    read() {
      if (found !== undefined && found !== '') return found
      throw new TidegateError(
        'CONFIG_INVALID',
        `${field}: expected the variable ${name} to be set.`,
      )
    },
  }
}
