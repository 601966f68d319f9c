/**
 * Who may look at the page: whoever has the token, by a header or by a form that gives a cookie for it.
 * The token itself is in no address, no cookie and no log, and is compared in constant time; it is too
 * long to be guessed, so nobody is locked out who guesses in somebody's place.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'

import type { Context, Hono, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

import { loginPage } from './login-page.ts'

const COOKIE = 'tidegate-page'
const LASTS_S = 12 * 3_600
/** What the form looks like and the icon are no secrets. */
const open = new Set(['/page.css', '/icon.svg'])
const LONGEST_FORM = 2_000

/** Any page in the same browser could ask here otherwise, or have its own name lead here. */
export function guardHost(names: readonly string[]): MiddlewareHandler {
  const known = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    ...names.map((each) => each.toLowerCase()),
  ])
  return async (c, next) => {
    const host = c.req.header('host') ?? ''
    const origin = c.req.header('origin')
    const isOwn = origin === undefined || URL.parse(origin)?.host === host
    const isKnown = known.has(host.toLowerCase()) || known.has(hostname(host))
    if (!isKnown || (c.req.method !== 'GET' && !isOwn)) return c.text('Forbidden', 403)
    return await next()
  }
}

function hostname(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}

export function guardToken(app: Hono, token: string): void {
  // Of this process: whoever was in enters the token again after a restart.
  const key = randomBytes(32)
  const isToken = (given: string): boolean => equals(given, token)

  app.post('/login', async (c) => {
    const text =
      Number(c.req.header('content-length') ?? 0) > LONGEST_FORM ? '' : await c.req.text()
    const given = new URLSearchParams(text.slice(0, LONGEST_FORM)).get('token') ?? ''
    if (!isToken(given)) return c.html(loginPage('That is not the token.'), 401)
    const ends = Math.floor(Date.now() / 1_000) + LASTS_S
    setCookie(c, COOKIE, `${ends}.${signed(key, ends)}`, {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      maxAge: LASTS_S,
      // A browser that came by plain HTTP would not keep it; it says by what it came.
      secure: c.req.header('origin')?.startsWith('https:') === true,
    })
    return c.redirect('/', 303)
  })

  app.use(async (c, next) => {
    if (open.has(c.req.path) || isIn(c, key)) return await next()
    const [, bearer] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    if (bearer !== undefined && isToken(bearer)) return await next()
    c.header('cache-control', 'no-store')
    if (c.req.path === '/') return c.html(loginPage(), 401)
    return c.text('A token is needed.', 401, { 'www-authenticate': 'Bearer' })
  })
}

function isIn(c: Context, key: Buffer): boolean {
  const [ends = '', signature = ''] = (getCookie(c, COOKIE) ?? '').split('.')
  if (!/^\d{1,12}$/.test(ends) || Number(ends) * 1_000 < Date.now()) return false
  return equals(signature, signed(key, Number(ends)))
}

function signed(key: Buffer, ends: number): string {
  return createHmac('sha256', key).update(`page ${ends}`).digest('base64url')
}

/** Of digests, which are all of one length: how long it takes tells nothing. */
function equals(given: string, wanted: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'))
}
