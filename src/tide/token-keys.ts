/** The keys that sign session tokens. */
import { check } from '../check.ts'

const MIN_SECRET_CHARS = 32
const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** Named through its value: Node's own types have the value `CryptoKey`, but no type of that name. */
export type TokenKey = (typeof CryptoKey)['prototype']

/**
 * The first secret signs, all verify. To rotate: put a new one in front, and drop the old one when the
 * longest session that it signed has ended.
 *
 * Keep the keys, not the promise of them, across the requests of a Worker: a promise belongs to the
 * request that made it.
 *
 * @throws TidegateError `CONFIG_INVALID`, naming the field and never the secret
 */
export async function importTokenKeys(
  secrets: readonly (string | undefined)[],
): Promise<readonly TokenKey[]> {
  const checked = checkSecrets(secrets)
  return await Promise.all(
    checked.map((secret) =>
      crypto.subtle.importKey('raw', new TextEncoder().encode(secret), HMAC, false, ['sign']),
    ),
  )
}

/** So that an app does not start with a key that its first session would be refused for. */
export function checkSecrets(secrets: readonly (string | undefined)[]): readonly string[] {
  // An empty list is more likely an unset variable than the wish to trust every token.
  check(secrets.length > 0, 'tokenKeys', 'a secret, or nothing at all to have unsigned tokens')
  return secrets.map((secret, index) => {
    const field = `tokenKeys[${index}]`
    const isLong = secret !== undefined && secret.length >= MIN_SECRET_CHARS
    check(isLong, field, `at least ${MIN_SECRET_CHARS} characters`)
    const first = secrets.indexOf(secret)
    check(first === index, field, `another secret than tokenKeys[${first}]`)
    return secret
  })
}
