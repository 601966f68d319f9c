/**
 * Bytes as text that needs no quoting in a cookie, a header or a URL (RFC 4648, section 5, without
 * padding).
 */
export function encodeBase64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const form = /^[A-Za-z0-9_-]*$/

/** `undefined` unless `text` is what `encodeBase64url` writes: other spellings decode too. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!form.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
  return encodeBase64url(bytes) === text ? bytes : undefined
}
