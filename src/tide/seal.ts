/**
 * A token as text that a browser may hold: `form, fields, tag`, base64url.
 *
 * With keys the tag is an HMAC, so that nobody can invent a token (one from the far future would send
 * every read to the primary). Without keys it is a checksum against damage, and no protection against
 * malice. The first byte says which, and is under the tag.
 */
import { TidegateError } from '../errors.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { decodeFields, encodeFields, MAX_FIELD_BYTES } from './token-bytes.ts'
import type { TokenKey } from './token-keys.ts'
import type { Token } from './token.ts'

/** The high half is the version of everything that follows. */
const UNSIGNED = 0x10
const SIGNED = 0x11

const CHECKSUM_BYTES = 6
const SIGNATURE_BYTES = 16

/** Longer text is refused unread. */
export const MAX_TOKEN_CHARS: number = Math.ceil(((1 + MAX_FIELD_BYTES + SIGNATURE_BYTES) * 4) / 3)

/** Signed by the first of `keys`; with none, only protected against damage. */
export async function sealToken(token: Token, keys: readonly TokenKey[]): Promise<string> {
  const [signer] = keys
  const form = signer === undefined ? UNSIGNED : SIGNED
  const content = Uint8Array.of(form, ...encodeFields(token))
  const tag = signer === undefined ? await checksum(content) : await signature(content, signer)
  return encodeBase64url(Uint8Array.of(...content, ...tag))
}

/**
 * The token that was sealed, if one of `keys` signed it or if neither side has keys.
 *
 * A signed token is refused where no key is configured: its signature is its only checksum, so even
 * mere damage could not be told.
 *
 * @throws TidegateError `TOKEN_MALFORMED`, `TOKEN_UNSIGNED` or `TOKEN_FORGED`
 */
export async function openToken(text: string, keys: readonly TokenKey[]): Promise<Token> {
  const bytes = text.length <= MAX_TOKEN_CHARS ? decodeBase64url(text) : undefined
  const form = bytes?.[0]
  if (bytes === undefined || (form !== UNSIGNED && form !== SIGNED)) throw malformed()
  const tagAt = bytes.length - (form === SIGNED ? SIGNATURE_BYTES : CHECKSUM_BYTES)
  if (tagAt < 1) throw malformed()
  const content = bytes.subarray(0, tagAt)
  const tag = bytes.subarray(tagAt)

  if (form === UNSIGNED) {
    if (!isSame(tag, await checksum(content))) throw malformed()
    if (keys.length > 0) {
      throw new TidegateError('TOKEN_UNSIGNED', 'The session token carries no signature.')
    }
  } else if (!(await isSignedByAny(content, tag, keys))) {
    throw new TidegateError('TOKEN_FORGED', 'None of the token keys made this signature.')
  }
  // Only now: nothing that a stranger wrote reaches the parser where keys are configured.
  const token = decodeFields(content.subarray(1))
  if (token === undefined) throw malformed()
  return token
}

async function isSignedByAny(
  content: Uint8Array<ArrayBuffer>,
  tag: Uint8Array,
  keys: readonly TokenKey[],
): Promise<boolean> {
  for (const key of keys) {
    if (isSame(tag, await signature(content, key))) return true
  }
  return false
}

/** `crypto.subtle.verify` takes no truncated tags, so they are made again and compared. */
async function signature(content: Uint8Array, key: TokenKey): Promise<Uint8Array> {
  const mac = await crypto.subtle.sign('HMAC', key, inDomain(content))
  return new Uint8Array(mac, 0, SIGNATURE_BYTES)
}

async function checksum(content: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', inDomain(content)), 0, CHECKSUM_BYTES)
}

/** A secret that an app uses elsewhere too must not make our tokens out of its other signatures. */
function inDomain(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...new TextEncoder().encode('tidegate token 1\n'), ...content)
}

/** In constant time: how long a comparison takes must not tell how much of a guess is right. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}

function malformed(): TidegateError {
  return new TidegateError('TOKEN_MALFORMED', 'The session token is damaged or not one of ours.')
}
