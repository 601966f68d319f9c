/** How a session's token travels: in a cookie of the browser, or in a header of an app's own client. */
export const TOKEN_HEADER = 'tidegate-token'

export interface CookieOptions {
  /** @default 'tidegate' */
  readonly name?: string | undefined
  /** How long a browser keeps it, in seconds. Replicas should have caught up long before. @default 86400 */
  readonly maxAge?: number | undefined
  readonly domain?: string | undefined
}

export function readToken(
  headers: Headers,
  { name = 'tidegate' }: CookieOptions,
): string | undefined {
  const header = headers.get(TOKEN_HEADER)
  if (header !== null) return header
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.split('=', 2)
    if (key?.trim() === name) return value?.trim()
  }
  return undefined
}

/** A cookie with the token, or one that takes it back. */
export function tokenCookie(
  token: string | undefined,
  secure: boolean,
  { name = 'tidegate', maxAge = 86_400, domain }: CookieOptions,
): string {
  return [
    `${name}=${token ?? ''}`,
    'Path=/',
    `Max-Age=${token === undefined ? 0 : maxAge}`,
    'HttpOnly',
    'SameSite=Lax',
    // A plain-http page in development would not get it back.
    ...(secure ? ['Secure'] : []),
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
  ].join('; ')
}
