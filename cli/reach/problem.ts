/** What went wrong, in words for people, from errors of others that may quote what they should not. */
import { isTidegateError } from '../../src/errors.ts'

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at its address',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up now',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no way to its address',
  '28000': 'it lets nobody in by that name from here',
  '28P01': 'it refused the password',
  '3D000': 'it has no database of that name',
  '42501': 'the role may not do that',
  '53300': 'it has no connection left',
  '57P03': 'it is starting or stopping',
  '57014': 'it took too long',
}

export function problemOf(error: unknown): string {
  if (isTidegateError(error)) return error.message
  if (!(error instanceof Error)) return 'something went wrong'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // Happy eyeballs: all addresses failed, for one reason each.
  if (error instanceof AggregateError && error.errors.length > 0) return problemOf(error.errors[0])
  const known = code === undefined ? undefined : byCode[code]
  if (known !== undefined) return known
  // Of SQLSTATEs the number tells enough, and no row and no name of a user gets out.
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return `Postgres refused it (${code})`
  if (/timeout|timed out/i.test(error.message)) return 'it did not answer in time'
  if (/SASL|password must be a string/i.test(error.message)) return 'it wants a password'
  if (/WRONGPASS|NOAUTH/.test(error.message)) return 'it wants another password'
  if (code !== undefined) return `it could not be reached (${code})`
  // Redis repeats what it was sent; the first word is the kind of error.
  if (error.name === 'ReplyError') return `Redis refused it (${error.message.split(' ', 1)[0]})`
  return error.message
}
